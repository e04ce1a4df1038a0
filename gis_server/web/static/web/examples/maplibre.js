// Features chosen by a filter and read page by page, above vector tiles: MapLibre GL.

import * as maplibre from "/static/vendor/maplibre-gl/maplibre-gl.mjs";

const API = new URL("/api", location.href);
const element = document.getElementById("maplibre-map");
const found = document.getElementById("maplibre-found");

/** Every feature that fits a filter in CQL2, page after page, as the links with rel=next lead on. */
async function readAll(collection, filter) {
  const features = [];
  const first = new URLSearchParams({ filter, limit: "10", f: "json" });
  for (let url = `${API}/collections/${collection}/items?${first}`; url; ) {
    const answer = await fetch(url);
    const page = await answer.json();
    if (!answer.ok) throw new Error(page.detail); // a problem document says what is wrong and what would be right
    features.push(...page.features);
    url = page.links.find((link) => link.rel === "next")?.href;
  }
  return { type: "FeatureCollection", features };
}

/** The ground: two layers of the tiles that /tiles/base.json describes. */
const style = {
  version: 8,
  sources: { base: { type: "vector", url: new URL("/tiles/base.json", location.href).href } },
  layers: [
    { id: "ground", type: "background", paint: { "background-color": "#f2efe9" } },
    { id: "green", type: "fill", source: "base", "source-layer": "base-green", paint: { "fill-color": "#cfe3c4" } },
    { id: "roads", type: "line", source: "base", "source-layer": "base-roads", paint: { "line-color": "#b9b2a6" } },
  ],
};

async function show() {
  const sites = await readAll("evacuation-sites", "flood = TRUE");
  const map = new maplibre.Map({ container: element, style, center: [139.5603, 35.6833], zoom: 12.5, cooperativeGestures: false });
  await new Promise((resolve) => map.once("load", resolve));
  map.addSource("sites", { type: "geojson", data: sites });
  map.addLayer({
    id: "sites", type: "circle", source: "sites",
    paint: { "circle-radius": 7, "circle-color": "#0b5fa5", "circle-stroke-color": "#ffffff", "circle-stroke-width": 2 },
  });
  map.on("click", "sites", ({ lngLat, features: [site] }) => {
    new maplibre.Popup().setLngLat(lngLat).setText(site.properties.name).addTo(map);
  });
  await new Promise((resolve) => map.once("idle", resolve));
  element.dataset.drawn = String(map.queryRenderedFeatures({ layers: ["sites"] }).length);
  element.dataset.roads = String(map.queryRenderedFeatures({ layers: ["roads"] }).length);
  found.textContent = String(sites.features.length);
  element.dataset.ready = "true";
}

show().catch((error) => {
  found.textContent = `${found.dataset.failed}: ${error.message}`;
});
