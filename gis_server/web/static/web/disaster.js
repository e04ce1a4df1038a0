// /disaster/: the picture for everybody, as a map and as its list twin; for staff also the pen.

import { searchable } from "./combobox.js";
import { DrawingPanel } from "./drawing_panel.js";
import { detailOf, entryOf } from "./disaster_words.js";
import { t } from "./i18n.js";
import { boundsOf, createMap, feed, look, showLayer, styleLayersOf } from "./map.js";
import { Outbox, WAITING } from "./outbox.js";
import { outboxCards, sendState } from "./outbox_words.js";
import { byId, el, isNarrow, page, say, show } from "./page.js";
import { Picture } from "./picture.js";
import { Pin } from "./pin.js";
import { Sheet } from "./sheet.js";

const AREAS = "damage-areas";
const LIVE = [AREAS, "closures", "damage-reports", "evacuation-sites", "shelters"];
const EXTRA = ["hazard-zones", "facilities"];
const SHOWN_AT_FIRST = [AREAS, "closures", "damage-reports", "evacuation-sites"];
const RESOLVABLE = [AREAS, "closures", "damage-reports"];
const LIST_AT_FIRST = 50;

const mayEdit = page.mayEdit.includes(AREAS);
const state = { view: "picture", selected: null, shown: new Set(SHOWN_AT_FIRST), resolved: false };
const listed = {};
const picture = new Picture(LIVE);
const sheet = new Sheet();
const outbox = mayEdit ? new Outbox(page.user) : null;
let map = null;
let drawing = null;
let pin = null;

// --- the address ---

function readAddress() {
  const query = new URLSearchParams(location.search);
  const asked = query.get("show");
  const known = [...LIVE, ...EXTRA];
  state.shown = new Set(asked === null ? SHOWN_AT_FIRST : asked.split(",").filter((name) => known.includes(name)));
  state.resolved = query.get("resolved") === "1";
  const [layer, ...rest] = (query.get("selected") ?? "").split("/");
  state.selected = LIVE.includes(layer) && rest.length ? { layer, id: rest.join("/") } : null;
  state.view = state.selected ? "detail" : "picture";
}

function writeAddress(push) {
  const address = new URL(location.href);
  const isUsual = SHOWN_AT_FIRST.length === state.shown.size && SHOWN_AT_FIRST.every((name) => state.shown.has(name));
  const members = {
    show: isUsual ? null : [...state.shown].join(","), resolved: state.resolved ? "1" : null,
    selected: state.selected ? `${state.selected.layer}/${state.selected.id}` : null, draw: null,
  };
  for (const [name, value] of Object.entries(members)) {
    if (value === null) address.searchParams.delete(name);
    else address.searchParams.set(name, value);
  }
  const href = address.href.replaceAll("%2C", ",").replaceAll("%2F", "/");
  history[push ? "pushState" : "replaceState"]({ pushed: push || Boolean(history.state?.pushed) }, "", href);
}

// --- what is shown ---

function isShown(layer, feature) {
  return state.resolved || !RESOLVABLE.includes(layer) || !["resolved", "rejected"].includes(feature.properties.status);
}

function visible(layer) {
  return picture.features[layer].filter((feature) => isShown(layer, feature));
}

function showLayers(names = LIVE) {
  for (const name of names) feed(map, name, visible(name));
  for (const name of [...LIVE, ...EXTRA]) showLayer(map, name, state.shown.has(name));
  markSelected();
}

function showLists() {
  const waiting = new Set((outbox?.entries ?? []).map((entry) => entry.id));
  const sections = LIVE.filter((name) => state.shown.has(name)).map((name) => listOf(name, waiting));
  byId("lists").replaceChildren(...sections);
}

function listOf(layer, waiting) {
  const features = visible(layer).toSorted((a, b) => String(b.properties.changed_at).localeCompare(String(a.properties.changed_at)));
  const most = listed[layer] ?? LIST_AT_FIRST;
  const more = () => { listed[layer] = most + LIST_AT_FIRST; showLists(); };
  return el("section", { class: "listing", "data-layer": layer },
    el("h2", {}, page.layers[layer].title, " ", el("span", { class: "count" }, t("disaster.count", { count: features.length }))),
    features.length === 0 && el("p", { class: "quiet" }, t("disaster.none")),
    el("ul", { class: "cards" }, features.slice(0, most).map((feature) => entryOf(layer, feature, {
      onChosen: () => select({ layer, id: feature.id }), isWaiting: waiting.has(feature.id),
    }))),
    features.length > most && el("button", { type: "button", class: "button wide", onclick: more }, t("disaster.more", { count: features.length - most })));
}

function showFilters() {
  const chip = (name, title, checked) => el("label", { class: "chip" },
    el("input", { type: "checkbox", value: name, ...(checked ? { checked: true } : {}) }), el("span", {}, title));
  const layers = LIVE.map((name) => chip(name, page.layers[name].title, state.shown.has(name)));
  const extra = EXTRA.map((name) => chip(name, t(`disaster.${name}`), state.shown.has(name)));
  byId("filters").replaceChildren(...layers, ...extra, chip("resolved", t("disaster.resolved_too"), state.resolved));
}

function showDetail() {
  const { layer, id } = state.selected;
  const feature = picture.find(layer, id);
  byId("detail-title").textContent = page.layers[layer].title;
  if (!feature) return byId("detail-body").replaceChildren(el("p", { class: "notice" }, t("disaster.gone")));
  const actions = layer === AREAS && mayEdit ? { onEdit: () => edit(feature), onStatus: (status) => setStatus(feature, status) } : {};
  return byId("detail-body").replaceChildren(...detailOf(layer, feature, actions));
}

function showView({ focus = true } = {}) {
  const { view } = state;
  show(byId("picture"), view === "picture");
  show(byId("detail"), view === "detail");
  show(byId("back"), view !== "picture");
  if (mayEdit) {
    show(byId("drawing"), view === "drawing");
    show(byId("draw-start"), view !== "drawing");
    show(byId("draw-save"), view === "drawing");
    byId("back").textContent = t(view === "drawing" ? "draw.cancel" : "disaster.back");
  }
  if (view === "detail") showDetail();
  markSelected();
  sheet.raise();
  sheet.top();
  const title = { detail: "detail-title", drawing: "drawing-title" }[view];
  if (focus && title) byId(title).focus({ preventScroll: true });
}

let marked = null;

function markSelected() {
  if (!map) return;
  if (marked && map.getSource(marked.source)) map.setFeatureState(marked, { selected: false });
  marked = state.selected ? { source: state.selected.layer, id: state.selected.id } : null;
  if (marked) map.setFeatureState(marked, { selected: true });
}

function showOutbox() {
  if (!outbox) return;
  const { entries } = outbox;
  byId("send-state").replaceChildren(...sendState(outbox, drawing?.isKept));
  byId("outbox").replaceChildren(...outboxCards(entries, outbox, { onFix: (entry) => drawing.resume(entry) }));
  const waiting = entries.filter((entry) => entry.geometry);
  feed(map, "waiting", waiting.map((entry) => ({ type: "Feature", properties: {}, geometry: entry.geometry })));
  showLists();
}

// --- what the reader does ---

function select(selected, { push = true } = {}) {
  state.selected = selected;
  state.view = selected ? "detail" : "picture";
  writeAddress(push);
  showView();
  const feature = selected && picture.find(selected.layer, selected.id);
  if (feature) look(map, boundsOf(feature.geometry));
}

/** A found feature that the page knows is chosen; anything else is shown on the map. */
function find(place) {
  pin.close();
  const known = place.roles?.find((role) => LIVE.includes(role.layer) && picture.find(role.layer, role.feature));
  if (known) return select({ layer: known.layer, id: known.feature });
  pin.open(place);
  return sheet.raise();
}

function edit(feature) {
  state.view = "drawing";
  drawing.edit(feature);
  showView();
}

function setStatus(feature, status) {
  outbox.add({ layer: AREAS, id: feature.id, version: feature.properties.version, properties: { status } });
  say(t(status === "resolved" ? "disaster.resolving" : "disaster.reopening"));
}

function leaveDrawing() {
  state.view = state.selected ? "detail" : "picture";
  showView();
  showOutbox();
}

function tapped(event) {
  if (state.view === "drawing") return;
  const layers = LIVE.filter((name) => state.shown.has(name)).flatMap((name) => styleLayersOf(map, name));
  const box = [[event.point.x - 6, event.point.y - 6], [event.point.x + 6, event.point.y + 6]];
  const [hit] = map.queryRenderedFeatures(box, { layers });
  if (hit) select({ layer: hit.source, id: hit.properties.id });
}

function goBack() {
  if (state.view === "drawing") return drawing.cancel();
  if (history.state?.pushed) return history.back();
  return select(null, { push: false });
}

function listen() {
  searchable(byId("place-search"), byId("place-found"), find, () => map.getCenter());
  byId("filters").addEventListener("change", ({ target }) => {
    if (target.value === "resolved") state.resolved = target.checked;
    else if (target.checked) state.shown.add(target.value);
    else state.shown.delete(target.value);
    writeAddress(false);
    showLayers();
    showLists();
  });
  byId("back").addEventListener("click", goBack);
  map.on("click", tapped);
  addEventListener("popstate", () => {
    drawing?.keep();
    readAddress();
    showFilters();
    showLayers();
    showLists();
    showView();
  });
  picture.addEventListener("change", ({ detail: names }) => {
    showLayers(names);
    showLists();
    if (state.view === "detail") showDetail();
    drawing?.notice(names);
  });
}

function prepareDrawing() {
  map.addSource("waiting", { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  map.addLayer({ id: "waiting", type: "line", source: "waiting", paint: { "line-color": "#0b4bc2", "line-width": 3, "line-dasharray": [2, 2] } });
  drawing = new DrawingPanel(map, outbox, picture, { onDone: leaveDrawing, onKept: showOutbox, onOpened: () => { state.view = "drawing"; showView(); } });
  outbox.addEventListener("change", showOutbox);
  outbox.addEventListener("sent", ({ detail }) => {
    picture.readNow([detail.layer]);
    if (!outbox.entries.some((entry) => entry.state === WAITING)) say(t("send.sent_now"));
  });
  byId("draw-start").addEventListener("click", () => {
    state.view = "drawing";
    drawing.begin();
    showView();
  });
}

async function begin() {
  const wantsToDraw = new URLSearchParams(location.search).get("draw") === "new";
  readAddress();
  showFilters();
  byId("filter-box").open = !isNarrow();
  map = await createMap(LIVE, [...state.shown, "boundaries"]);
  pin = new Pin(map, byId("pin-box"));
  listen();
  if (mayEdit) prepareDrawing();
  await picture.follow();
  showView({ focus: false });
  if (mayEdit) {
    showOutbox();
    outbox.pump();
    if (drawing.hasDraft) drawing.resumeDraft();
    else if (wantsToDraw) byId("draw-start").click();
  }
  document.body.dataset.ready = "true";
}

begin();
