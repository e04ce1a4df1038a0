// The map: the city's style from its declarations, with the live layers as features rather than tiles.

import * as maplibre from "/static/vendor/maplibre-gl/maplibre-gl.mjs";
import { repaint, themed } from "/static/tile_cache/theme.js";
import { reach } from "./features.js";
import { t } from "./i18n.js";
import { followLegend } from "./legend.js";
import { listenToColours, mapColours, onColours } from "./map_colours.js";
import { byId, isCalm, isNarrow, page } from "./page.js";

export { maplibre };

const EMPTY = { type: "FeatureCollection", features: [] };
const PLAIN = { version: 8, sources: {}, layers: [] };

/**
 * Make the map of a page.
 *
 * @param {string[]} live layers that the page feeds itself, so that a change is seen at once
 * @param {string[]} shown of the layers of the style, those to show at first
 */
export async function createMap(live, shown) {
  const [style, place] = [await cityStyle(live, shown), placeInAddress()];
  const map = new maplibre.Map({
    container: "map", style, locale: locale(), attributionControl: false, dragRotate: true, pitchWithRotate: false,
    maxPitch: 0, minZoom: 8, maxZoom: 19, fadeDuration: isCalm() ? 0 : 200,
    ...(place ?? { bounds: page.city.bounds, fitBoundsOptions: { padding: paddingOf() } }),
  });
  map.addControl(new maplibre.AttributionControl({ compact: true }), isNarrow() ? "top-left" : "bottom-right");
  map.addControl(new maplibre.ScaleControl({ maxWidth: 120 }), isNarrow() ? "top-left" : "bottom-right");
  map.addControl(new maplibre.NavigationControl({ visualizePitch: false }), "top-right");
  map.getCanvas().setAttribute("aria-label", t("map.label"));
  await new Promise((resolve) => map.once("style.load", resolve));
  map.on("moveend", () => rememberPlace(map));
  listenToColours(byId("safe-colours"));
  onColours(() => paintAnew(map));
  followLegend(map);
  return map;
}

async function cityStyle(live, shown) {
  const style = await fetchStyle();
  return style ? fed(style, live, shown) : PLAIN;
}

/** The style in the theme of the page and the chosen colours; null where it cannot be reached. */
async function fetchStyle() {
  try {
    const answer = await reach(themed(`/tiles/styles/disaster.json?lang=${page.language}&colours=${mapColours()}`));
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

async function paintAnew(map) {
  const style = await fetchStyle();
  if (style) repaint(map, style);
}

/** The style with live layers fed by the page, and only the layers shown that this page is about. */
function fed(style, live, shown) {
  for (const name of live) style.sources[name] = { type: "geojson", data: EMPTY, promoteId: "id" };
  const layers = style.layers.map((layer) => {
    const { "source-layer": sourceLayer, ...rest } = layer;
    const name = layer.metadata?.["machigis:layer"];
    const isGround = !name || name.startsWith("base-");
    const visibility = isGround || shown.includes(name) ? "visible" : "none";
    return { ...(live.includes(layer.source) ? rest : layer), layout: { ...layer.layout, visibility } };
  });
  return { ...style, layers };
}

/** Show or hide a layer of the city. */
export function showLayer(map, name, visible) {
  for (const layer of map.getStyle().layers) {
    if (layer.metadata?.["machigis:layer"] === name) {
      map.setLayoutProperty(layer.id, "visibility", visible ? "visible" : "none");
    }
  }
}

/** Ids of the style's layers that draw a layer of the city. */
export function styleLayersOf(map, name) {
  return map.getStyle().layers.filter((layer) => layer.metadata?.["machigis:layer"] === name).map((layer) => layer.id);
}

/** Put features on the map. */
export function feed(map, source, features) {
  map.getSource(source)?.setData({ type: "FeatureCollection", features });
}

/** Bring a geometry or box into view, beside the sheet. */
export function look(map, bounds, { maxZoom = 17 } = {}) {
  map.fitBounds(bounds, { padding: paddingOf(), maxZoom, duration: isCalm() ? 0 : 250 });
}

/** The box around a GeoJSON geometry: west, south, east, north. */
export function boundsOf(geometry) {
  const bounds = [Infinity, Infinity, -Infinity, -Infinity];
  const visit = (part) => {
    if (typeof part[0] !== "number") return part.forEach(visit);
    bounds[0] = Math.min(bounds[0], part[0]);
    bounds[1] = Math.min(bounds[1], part[1]);
    bounds[2] = Math.max(bounds[2], part[0]);
    bounds[3] = Math.max(bounds[3], part[1]);
  };
  visit(geometry.coordinates);
  return bounds;
}

/** The space that the sheet covers stays free of what one looks at. */
export function paddingOf() {
  if (!isNarrow()) return { top: 60, bottom: 60, left: 60, right: 60 };
  const map = byId("map").getBoundingClientRect();
  const covered = Math.max(0, map.bottom - byId("sheet").getBoundingClientRect().top);
  return { top: 56, left: 32, right: 56, bottom: Math.min(covered + 24, map.height - 120) };
}

function placeInAddress() {
  const match = /^([\d.]+)\/(-?[\d.]+)\/(-?[\d.]+)$/.exec(new URLSearchParams(location.search).get("map") ?? "");
  if (!match) return null;
  const [zoom, lat, lon] = match.slice(1).map(Number);
  if (zoom > 22 || Math.abs(lat) > 85 || Math.abs(lon) > 180) return null;
  return { zoom, center: [lon, lat] };
}

function rememberPlace(map) {
  const { lng, lat } = map.getCenter();
  const address = new URL(location.href);
  const place = `${map.getZoom().toFixed(1)}/${lat.toFixed(4)}/${lng.toFixed(4)}`;
  address.searchParams.set("map", place);
  history.replaceState(history.state, "", address.href.replaceAll("%2F", "/").replaceAll("%2C", ","));
}

function locale() {
  return {
    "Map.Title": t("map.label"), "NavigationControl.ZoomIn": t("map.zoom_in"), "NavigationControl.ZoomOut": t("map.zoom_out"),
    "NavigationControl.ResetBearing": t("map.north"), "AttributionControl.ToggleAttribution": t("map.sources"),
    "Marker.Title": t("map.marker"),
  };
}
