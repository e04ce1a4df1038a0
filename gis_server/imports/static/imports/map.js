// What an import puts on the map: accepted rows as they are, refused ones as a red square with a cross.

import * as maplibre from "/static/vendor/maplibre-gl/maplibre-gl.mjs";
import { themed } from "/static/tile_cache/theme.js";

const ACCEPTED = "#0b6b36";
const REFUSED = "#b3220f";
const CASING = "#ffffff";
const CROSS_PX = 44;

const isShape = (kind) => ["all", ["!", ["has", "refused"]], ["==", ["geometry-type"], kind]];
const LAYERS = [
  { id: "areas", type: "fill", filter: isShape("Polygon"), paint: { "fill-color": ACCEPTED, "fill-opacity": 0.3 } },
  { id: "edges", type: "line", filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": ACCEPTED, "line-width": 2.5 } },
  {
    id: "points", type: "circle", filter: isShape("Point"),
    paint: { "circle-color": ACCEPTED, "circle-radius": 6, "circle-stroke-color": CASING, "circle-stroke-width": 2 },
  },
  { id: "refused", type: "symbol", filter: ["has", "refused"], layout: { "icon-image": "refused", "icon-allow-overlap": true } },
];

/** A red square with a white cross, so that shape and colour both say it. */
function cross() {
  const canvas = new OffscreenCanvas(CROSS_PX, CROSS_PX);
  const pen = canvas.getContext("2d");
  pen.fillStyle = CASING;
  pen.fillRect(0, 0, CROSS_PX, CROSS_PX);
  pen.fillStyle = REFUSED;
  pen.fillRect(4, 4, CROSS_PX - 8, CROSS_PX - 8);
  pen.strokeStyle = CASING;
  pen.lineWidth = 6;
  for (const [from, to] of [[13, 31], [31, 13]]) {
    pen.beginPath();
    pen.moveTo(from, 13);
    pen.lineTo(to, 31);
    pen.stroke();
  }
  return pen.getImageData(0, 0, CROSS_PX, CROSS_PX);
}

function boundsOf(features) {
  const bounds = new maplibre.LngLatBounds();
  const visit = (part) => {
    if (typeof part[0] === "number") bounds.extend([part[0], part[1]]);
    else part.forEach(visit);
  };
  for (const { geometry } of features) visit(geometry.coordinates);
  return bounds;
}

async function json(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

async function show(element) {
  const [style, data] = await Promise.all([
    json(themed(`/tiles/styles/base.json?lang=${document.documentElement.lang}`)), json(element.dataset.features),
  ]);
  const bounds = boundsOf(data.features);
  const map = new maplibre.Map({
    container: element, style, cooperativeGestures: true, attributionControl: { compact: true },
    ...(bounds.isEmpty() ? {} : { bounds, fitBoundsOptions: { padding: 40, maxZoom: 16 } }),
  });
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  await new Promise((resolve) => map.once("style.load", resolve));
  map.addImage("refused", cross(), { pixelRatio: 2 });
  map.addSource("import", { type: "geojson", data });
  for (const layer of LAYERS) map.addLayer({ source: "import", ...layer });
  for (const { id } of LAYERS) map.on("click", id, (event) => popup(map, event));
  map.once("idle", () => {
    element.dataset.features = String(data.features.length);
    element.dataset.ready = "true";
  });
}

function popup(map, event) {
  const { title } = event.features[0].properties;
  new maplibre.Popup({ maxWidth: "280px" }).setLngLat(event.lngLat).setText(title).addTo(map);
}

/** Show the map of the page, if it has one. */
export function showMap() {
  const element = document.getElementById("preview-map");
  if (!element) return;
  show(element).catch((error) => {
    element.hidden = true;
    document.getElementById("preview-missing").hidden = false;
    console.error(error);
  });
}
