/* The small map of a tileset or a style: the style itself, over the city's ground where it has none. */

import * as maplibre from "/static/vendor/maplibre-gl/maplibre-gl.mjs";

async function fetchStyle(url) {
  const response = await fetch(url, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.json();
}

/** The style over a ground: its sources and layers after those of the ground. */
function over(ground, style) {
  return { ...ground, sprite: style.sprite, sources: { ...ground.sources, ...style.sources }, layers: [...ground.layers, ...style.layers] };
}

/** The style with nothing but the ground and these layers, all of them switched on. */
function limited(style, names) {
  const layers = style.layers
    .filter((layer) => [undefined, "base"].includes(layer.source) || names.includes(layer.metadata["machigis:layer"]))
    .map((layer) => ({ ...layer, layout: { ...layer.layout, visibility: "visible" } }));
  return { ...style, layers };
}

/** The first zoom at which the style draws any of its layers; the ground alone would look as if nothing were there. */
function firstZoom(style) {
  return Math.min(22, ...style.layers.filter((layer) => layer.source).map((layer) => layer.minzoom ?? 0));
}

async function show(element) {
  const { style: url, ground, only, bounds } = element.dataset;
  let style = await fetchStyle(url);
  if (only) style = limited(style, only.split(","));
  const first = firstZoom(style);
  if (ground) style = over(await fetchStyle(ground), style);
  const [west, south, east, north] = bounds.split(",").map(Number);
  const map = new maplibre.Map({
    container: element,
    style,
    bounds: [[west, south], [east, north]],
    fitBoundsOptions: { padding: 32, maxZoom: 15 },
    cooperativeGestures: true,
    attributionControl: { compact: true },
  });
  if (map.getZoom() < first) map.setZoom(first);
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  map.once("idle", () => {
    element.dataset.ready = "true";
  });
}

const element = document.getElementById("styled-map");
show(element).catch((error) => {
  element.hidden = true;
  document.getElementById("styled-map-missing").hidden = false;
  console.error(error);
});
