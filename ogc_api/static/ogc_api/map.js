/* The small maps of the pages: the city's own base map, features on top, the chosen one in another colour and larger. */

import * as maplibre from "/static/vendor/maplibre-gl/maplibre-gl.mjs";
import { themed } from "/static/tile_cache/theme.js";

const WORDS = {
  ja: {
    "NavigationControl.ZoomIn": "拡大",
    "NavigationControl.ZoomOut": "縮小",
    "Map.Title": "地図",
    "Popup.Close": "閉じる",
    "AttributionControl.ToggleAttribution": "出典を開閉",
    "CooperativeGesturesHandler.WindowsHelpText": "Ctrl を押しながらスクロールすると拡大・縮小します",
    "CooperativeGesturesHandler.MacHelpText": "⌘ を押しながらスクロールすると拡大・縮小します",
    "CooperativeGesturesHandler.MobileHelpText": "2本の指で地図を動かします",
  },
};

export const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
const marked = (state) => ["boolean", ["feature-state", state], false];
const either = ["any", marked("chosen"), marked("near")];

/** Colours of the page, so that the map follows its theme. */
function colours() {
  const style = getComputedStyle(document.documentElement);
  const get = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
  return { plain: get("--accent", "#0b4bc2"), casing: get("--surface", "#ffffff"), chosen: isDark ? "#ffb454" : "#b8430a" };
}

function layersOf(source) {
  const { plain, casing, chosen } = colours();
  const colour = ["case", either, chosen, plain];
  const points = ["==", ["geometry-type"], "Point"];
  return [
    { id: `${source}-areas`, type: "fill", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": colour, "fill-opacity": ["case", either, 0.5, 0.25] } },
    { id: `${source}-casing`, type: "line", filter: ["!", points], paint: { "line-color": casing, "line-width": ["case", either, 9, 5], "line-opacity": 0.8 } },
    { id: `${source}-edges`, type: "line", filter: ["!", points], paint: { "line-color": colour, "line-width": ["case", either, 5, 2.5] } },
    { id: `${source}-points`, type: "circle", filter: points, paint: { "circle-color": colour, "circle-radius": ["case", either, 11, 6.5], "circle-stroke-color": casing, "circle-stroke-width": ["case", either, 3, 2] } },
  ];
}

/** A map of an element with `data-style` and `data-bounds`, once it is loaded. */
export async function openMap(element, box) {
  const [west, south, east, north] = (box ?? element.dataset.bounds.split(",")).map(Number);
  const map = new maplibre.Map({
    container: element,
    style: themed(element.dataset.style),
    bounds: [[west, south], [east, north]],
    fitBoundsOptions: { padding: 40, maxZoom: 16 },
    cooperativeGestures: true,
    attributionControl: { compact: true },
    locale: WORDS[document.documentElement.lang] ?? {},
  });
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  await map.once("load");
  return map;
}

/** Draws features; each is known to `setFeatureState` by its place in the collection. */
export function draw(map, collection, source = "features") {
  const features = collection.features.map((feature, place) => ({ ...feature, id: place + 1 }));
  const data = { type: "FeatureCollection", features };
  if (map.getSource(source)) {
    map.removeFeatureState({ source });
    map.getSource(source).setData(data);
    return;
  }
  map.addSource(source, { type: "geojson", data });
  for (const layer of layersOf(source)) map.addLayer({ ...layer, source });
}

/** The layers of `draw` that a pointer meets. */
export const touched = (source = "features") => [`${source}-areas`, `${source}-edges`, `${source}-points`];

/** Calls `visit` with each [longitude, latitude] of a geometry. */
function eachPosition(geometry, visit) {
  if (geometry.type === "GeometryCollection") for (const part of geometry.geometries) eachPosition(part, visit);
  else walk(geometry.coordinates, visit);
}

function walk(coordinates, visit) {
  if (typeof coordinates[0] === "number") visit(coordinates);
  else for (const part of coordinates) walk(part, visit);
}

/** [west, south, east, north] of features, or null where none has a geometry. */
export function boxOf(features) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { geometry } of features) {
    if (!geometry) continue;
    eachPosition(geometry, ([lon, lat]) => {
      box[0] = Math.min(box[0], lon);
      box[1] = Math.min(box[1], lat);
      box[2] = Math.max(box[2], lon);
      box[3] = Math.max(box[3], lat);
    });
  }
  return box[0] <= box[2] ? box : null;
}

export { maplibre };
