/* The small map of a page of features: the same features as the table, on the city's own base map. */

import * as maplibre from "/static/vendor/maplibre-gl/maplibre-gl.mjs";

const ACCENT = "#0b4bc2";
const CASING = "#ffffff";

const LAYERS = [
  { id: "areas", type: "fill", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": ACCENT, "fill-opacity": 0.25 } },
  { id: "edges", type: "line", filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": ACCENT, "line-width": 2.5 } },
  {
    id: "points",
    type: "circle",
    filter: ["==", ["geometry-type"], "Point"],
    paint: { "circle-color": ACCENT, "circle-radius": 6, "circle-stroke-color": CASING, "circle-stroke-width": 2 },
  },
];

/** Calls `visit` with each [longitude, latitude] of a GeoJSON coordinates member. */
function eachPosition(coordinates, visit) {
  if (typeof coordinates[0] === "number") visit(coordinates);
  else for (const part of coordinates) eachPosition(part, visit);
}

/** The box around all features, or null where there is none. */
function boundsOf(features) {
  const bounds = new maplibre.LngLatBounds();
  for (const feature of features) {
    if (feature.geometry) eachPosition(feature.geometry.coordinates, ([lon, lat]) => bounds.extend([lon, lat]));
  }
  return bounds.isEmpty() ? null : bounds;
}

async function fetchFeatures(url) {
  const response = await fetch(url, { headers: { Accept: "application/geo+json" } });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const document = await response.json();
  return document.type === "Feature" ? { type: "FeatureCollection", features: [document] } : document;
}

async function show(element) {
  const { features: url, style, bounds } = element.dataset;
  const collection = await fetchFeatures(url);
  const [west, south, east, north] = bounds.split(",").map(Number);
  const map = new maplibre.Map({
    container: element,
    style,
    bounds: boundsOf(collection.features) ?? [[west, south], [east, north]],
    fitBoundsOptions: { padding: 32, maxZoom: 16 },
    cooperativeGestures: true,
    attributionControl: { compact: true },
  });
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  map.on("load", () => {
    map.addSource("features", { type: "geojson", data: collection });
    for (const layer of LAYERS) map.addLayer({ ...layer, source: "features" });
    element.dataset.ready = "true";
  });
}

const element = document.getElementById("features-map");
show(element).catch((error) => {
  element.hidden = true;
  document.getElementById("features-map-missing").hidden = false;
  console.error(error);
});
