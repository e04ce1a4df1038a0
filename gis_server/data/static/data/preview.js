// The preview of a data set: its vector tiles on the city's own base map.

import * as maplibre from "/static/vendor/maplibre-gl/maplibre-gl.mjs";
import { themed } from "/static/tile_cache/theme.js";

const CASING = "#ffffff";

/** Areas, lines and points of a source of vector tiles, in one colour. */
function drawn(layer, colour) {
  const common = { source: layer, "source-layer": layer };
  return [
    { ...common, id: "areas", type: "fill", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": colour, "fill-opacity": 0.4 } },
    { ...common, id: "edges", type: "line", filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": colour, "line-width": 2 } },
    {
      ...common, id: "points", type: "circle", filter: ["==", ["geometry-type"], "Point"],
      paint: { "circle-color": colour, "circle-radius": 6, "circle-stroke-color": CASING, "circle-stroke-width": 2 },
    },
  ];
}

/** The style with the data set on top, without what else it draws of the same layer. */
function withLayer(style, layer, colour) {
  const others = style.layers.filter((other) => other.metadata?.["machigis:layer"] !== layer);
  const source = { type: "vector", url: new URL(`/tiles/${layer}.json`, location.href).href };
  return { ...style, sources: { ...style.sources, [layer]: source }, layers: [...others, ...drawn(layer, colour)] };
}

async function show(element) {
  const { layer, colour, bounds, minZoom } = element.dataset;
  const answer = await fetch(themed(`/tiles/styles/base.json?lang=${document.documentElement.lang}`));
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status}`);
  const [west, south, east, north] = bounds.split(",").map(Number);
  const map = new maplibre.Map({
    container: element,
    style: withLayer(await answer.json(), layer, colour),
    bounds: [[west, south], [east, north]],
    fitBoundsOptions: { padding: 32, maxZoom: 16 },
    cooperativeGestures: true,
    attributionControl: { compact: true },
  });
  if (map.getZoom() < Number(minZoom)) map.setZoom(Number(minZoom)); // tiles begin there
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  map.once("idle", () => { element.dataset.ready = "true"; });
}

const element = document.getElementById("preview-map");
show(element).catch((error) => {
  element.hidden = true;
  document.getElementById("preview-missing").hidden = false;
  console.error(error);
});
