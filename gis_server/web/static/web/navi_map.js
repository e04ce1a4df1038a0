// One's own place, the ways to the candidates and the chosen way, on the map.

import { circle } from "./circle.js";
import { feed } from "./map.js";

const COLOURS = { route: "#0b4bc2", casing: "#ffffff", way: "#5c7fbf", blocked: "#c0182b", me: "#0b6cff" };
const LINE = { "line-cap": "round", "line-join": "round" };

/** Add the sources and layers, below the pictograms. */
export function prepareRoutes(map) {
  const empty = { type: "FeatureCollection", features: [] };
  for (const source of ["ways", "candidates", "route", "gaps", "refused", "me"]) map.addSource(source, { type: "geojson", data: empty });
  const below = map.getStyle().layers.find((layer) => layer.metadata?.["machigis:layer"] === "evacuation-sites")?.id;
  const add = (layer) => map.addLayer(layer, below);
  add({ id: "ways", type: "line", source: "ways", layout: LINE, paint: { "line-color": COLOURS.way, "line-width": 4, "line-opacity": 0.75 } });
  add({ id: "refused", type: "line", source: "refused", layout: { "line-join": "round" },
    paint: { "line-color": COLOURS.blocked, "line-width": 5, "line-dasharray": [1.5, 1.2] } });
  add({ id: "route-casing", type: "line", source: "route", layout: LINE, paint: { "line-color": COLOURS.casing, "line-width": 11 } });
  add({ id: "route", type: "line", source: "route", layout: LINE, paint: { "line-color": COLOURS.route, "line-width": 7 } });
  add({ id: "gaps", type: "line", source: "gaps", layout: { "line-cap": "round" }, paint: { "line-color": COLOURS.route, "line-width": 5, "line-dasharray": [0.1, 1.8] } });
  add({ id: "me-accuracy", type: "fill", source: "me", filter: ["==", ["geometry-type"], "Polygon"],
    paint: { "fill-color": COLOURS.me, "fill-opacity": 0.15 } });
  map.addLayer({ id: "me", type: "circle", source: "me", filter: ["==", ["geometry-type"], "Point"],
    paint: { "circle-radius": 9, "circle-color": COLOURS.me, "circle-stroke-color": "#ffffff", "circle-stroke-width": 3 } });
  map.addLayer({ id: "ranks", type: "circle", source: "candidates",
    paint: { "circle-radius": 11, "circle-translate": [16, -16], "circle-color": COLOURS.route, "circle-stroke-color": "#ffffff", "circle-stroke-width": 2 } });
  map.addLayer({ id: "rank-numbers", type: "symbol", source: "candidates",
    layout: { "text-field": ["to-string", ["get", "rank"]], "text-size": 14, "text-allow-overlap": true, "text-ignore-placement": true, "text-font": ["system-ui", "Hiragino Sans", "Noto Sans JP"] },
    paint: { "text-color": "#ffffff", "text-translate": [16, -16] } });
}

/** The start, with the circle of its accuracy where it was measured. */
export function drawMe(map, place) {
  if (!place) return feed(map, "me", []);
  const features = [{ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [place.lon, place.lat] } }];
  if (place.accuracy) features.push({ type: "Feature", properties: {}, geometry: circle(place, place.accuracy) });
  return feed(map, "me", features);
}

/** The ways to the candidates, and their ranks beside the pictograms. */
export function drawWays(map, ways, sites = []) {
  feed(map, "ways", ways);
  feed(map, "candidates", sites);
}

/** The chosen way; or, refused, the one that would have been taken. */
export function drawRoute(map, features, refused = null) {
  feed(map, "route", (features ?? []).filter((feature) => feature.properties.featureType === "overview"));
  feed(map, "gaps", features ? gaps(features) : []);
  feed(map, "refused", refused ? [{ type: "Feature", properties: {}, geometry: refused }] : []);
}

/** From where one stands to the first path, and from the last path to the door. */
function gaps(features) {
  const line = features[0].geometry.coordinates;
  const pairs = features.filter((feature) => feature.properties.asked).map(({ properties }) => [
    properties.asked, properties.featureType === "start" ? line[0] : line.at(-1),
  ]);
  return pairs.map((coordinates) => ({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates } }));
}
