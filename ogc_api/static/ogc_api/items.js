/* Map and table of the same features: what is met or chosen in one is marked in the other. */

import { boxOf, draw, maplibre, openMap, touched } from "./map.js";

const element = document.getElementById("features-map");
const rows = new Map([...document.querySelectorAll("tr[data-feature]")].map((row) => [row.dataset.feature, row]));
const form = document.getElementById("filter-form");
const words = JSON.parse(form?.dataset.words ?? "{}");

async function fetchFeatures(url) {
  const response = await fetch(url, { headers: { Accept: "application/geo+json" } });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const collection = await response.json();
  return collection.type === "Feature" ? { type: "FeatureCollection", features: [collection] } : collection;
}

/** What is marked on the map and in the table, by the ids of features. */
class Marks {
  constructor(map, features) {
    this.map = map;
    this.features = features;
    this.places = new Map(features.map((feature, at) => [String(feature.id), at + 1]));
    this.now = { near: null, chosen: null };
    this.popup = new maplibre.Popup({ closeOnClick: false, maxWidth: "280px", offset: 14, focusAfterOpen: false });
    this.popup.on("close", () => this.mark("chosen", null));
  }

  /** Marks one feature as `near` or `chosen`, and no longer the one before. */
  mark(state, id) {
    const before = this.now[state];
    if (before === id) return;
    this.now[state] = id;
    for (const [which, on] of [[before, false], [id, true]]) {
      if (which === null) continue;
      const place = this.places.get(which);
      if (place) this.map.setFeatureState({ source: "features", id: place }, { [state]: on });
      const row = rows.get(which);
      row?.classList.toggle(`is-${state}`, on);
      if (state === "chosen") row?.querySelector(".on-map")?.setAttribute("aria-pressed", String(on));
    }
  }

  /** Chooses a feature: it is shown with its name, its row comes into view. */
  choose(id, at) {
    this.popup.remove();
    this.mark("chosen", id);
    const row = rows.get(id);
    const feature = this.features[this.places.get(id) - 1];
    const box = feature && boxOf([feature]);
    if (!row || !box) return;
    this.popup.setLngLat(at ?? [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]).setDOMContent(label(row)).addTo(this.map);
    this.now.chosen = null; // the popup of before has closed and unmarked it
    this.mark("chosen", id);
    if (at) bringIntoView(row);
    else this.map.fitBounds([[box[0], box[1]], [box[2], box[3]]], { padding: 60, maxZoom: Math.max(this.map.getZoom(), 16) });
    document.getElementById("said").textContent = words.chosen.replace("{name}", row.dataset.name);
  }
}

function label(row) {
  const link = document.createElement("a");
  link.href = row.querySelector("a").href;
  link.textContent = row.dataset.name || words.no_name;
  link.className = "map-label";
  return link;
}

/** Scrolls the table, not the page. */
function bringIntoView(row) {
  const wrap = row.closest(".table-wrap");
  wrap.scrollTop = row.offsetTop - wrap.clientHeight / 2;
}

function idAt(map, point, features) {
  const around = [[point.x - 8, point.y - 8], [point.x + 8, point.y + 8]];
  const [met] = map.queryRenderedFeatures(around, { layers: touched() });
  return met ? String(features[met.id - 1].id) : null;
}

function connect(map, features) {
  const marks = new Marks(map, features);
  for (const [id, row] of rows) {
    row.addEventListener("pointerenter", () => marks.mark("near", id));
    row.addEventListener("pointerleave", () => marks.mark("near", null));
    row.addEventListener("focusin", () => marks.mark("near", id));
    row.addEventListener("focusout", () => marks.mark("near", null));
    row.querySelector(".on-map").addEventListener("click", () => {
      if (marks.now.chosen === id) marks.popup.remove();
      else marks.choose(id);
      element.scrollIntoView({ block: "nearest" });
    });
  }
  map.on("mousemove", ({ point }) => {
    const id = idAt(map, point, features);
    marks.mark("near", id);
    map.getCanvas().style.cursor = id === null ? "" : "pointer";
  });
  map.on("click", ({ point, lngLat }) => {
    const id = idAt(map, point, features);
    if (id !== null) marks.choose(id, lngLat);
  });
}

/** The button that makes the box of the map a condition. */
function offerBox(map) {
  const button = document.getElementById("box-from-map");
  if (!button) return;
  button.disabled = false;
  button.addEventListener("click", () => {
    const box = map.getBounds();
    const degrees = [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
    form.elements.bbox.value = degrees.map((value) => value.toFixed(5)).join(",");
    form.elements["bbox-crs"]?.remove();
    form.elements.bbox.dispatchEvent(new Event("input", { bubbles: true }));
    document.getElementById("said").textContent = words.box_taken;
  });
}

async function show() {
  const collection = await fetchFeatures(element.dataset.features);
  const map = await openMap(element, boxOf(collection.features));
  draw(map, collection);
  if (rows.size) connect(map, collection.features);
  if (form) offerBox(map);
  await map.once("idle");
  element.dataset.ready = "true";
}

show().catch((error) => {
  element.hidden = true;
  document.getElementById("features-map-missing").hidden = false;
  for (const button of document.querySelectorAll(".on-map")) button.hidden = true;
  console.error(error);
});
