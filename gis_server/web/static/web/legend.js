// The legend of what is drawn now: its rows come from the layers' declarations, in the reader's language.

import { themeName } from "/static/tile_cache/theme.js";
import { reach } from "./features.js";
import { styleLayersOf } from "./map.js";
import { mapColours, onColours } from "./map_colours.js";
import { byId, el, page, show } from "./page.js";
import { swatch } from "./swatch.js";

const WAIT_MS = 150;

/** Keep the page's legend to what the map shows. */
export async function followLegend(map) {
  const state = { layers: await fetchLegend(), shown: "" };
  let waiting = 0;
  const box = byId("legend-box");
  const soon = () => {
    clearTimeout(waiting);
    if (box.open) waiting = setTimeout(() => showLegend(map, state), WAIT_MS);
  };
  map.on("idle", soon);
  box.addEventListener("toggle", soon);
  onColours(async () => {
    Object.assign(state, { layers: await fetchLegend(), shown: "" });
    soon();
  });
  soon();
}

async function fetchLegend() {
  const theme = themeName();
  const style = theme === "light" ? "disaster" : `disaster-${theme}`;
  try {
    const answer = await reach(`/tiles/legend/${style}.json?lang=${page.language}&colours=${mapColours()}`);
    return answer.ok ? (await answer.json()).layers.filter((layer) => !layer.ground) : [];
  } catch {
    return [];
  }
}

function showLegend(map, state) {
  const visible = state.layers.map((layer) => ({ ...layer, rows: visibleRows(map, layer) })).filter((layer) => layer.rows.length);
  const words = JSON.stringify(visible.map((layer) => [layer.id, layer.rows.map((row) => row.text)]));
  if (words === state.shown) return;
  state.shown = words;
  byId("legend").replaceChildren(...visible.toSorted((one, other) => isAlone(other) - isAlone(one)).map(listOf));
  show(byId("legend-none"), visible.length === 0);
  show(byId("colours-choice"), visible.some((layer) => layer.colours.length > 1));
}

/** The rows of which a feature is drawn within the map's edges. */
function visibleRows(map, layer) {
  const drawn = styleLayersOf(map, layer.id).filter((id) => map.getLayoutProperty(id, "visibility") !== "none");
  if (drawn.length === 0) return [];
  const found = map.queryRenderedFeatures({ layers: drawn });
  if (found.length === 0 || layer.rows.length === 1) return found.length ? layer.rows : [];
  const rows = new Set(found.map(({ properties }) => rowOf(layer, properties)));
  const seen = layer.rows.filter((row) => rows.has(row));
  return seen.length ? seen : layer.rows;
}

function rowOf(layer, properties) {
  const value = properties[layer.field] ?? null;
  if (!layer.bounds || value === null) return layer.rows.find((row) => row.values.includes(value));
  return layer.rows.findLast((row) => row.values[0] !== null && row.values[0] <= value) ?? layer.rows[0];
}

/** Whether the layer's one row says its title already. */
function isAlone(layer) {
  return layer.rows.length === 1 && layer.rows[0].text === layer.title;
}

function listOf(layer) {
  return el("section", { class: "legend-layer", "data-layer": layer.id },
    !isAlone(layer) && el("h3", {}, layer.title),
    el("ul", { class: "legend-rows" }, layer.rows.map((row) => el("li", {}, swatch(row.symbols), el("span", {}, row.text)))));
}
