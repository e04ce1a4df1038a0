// /navi/: what is happening, where am I, where to; then the way there. The address holds the whole state.

import { searchable } from "./combobox.js";
import { execute, NoAnswer } from "./features.js";
import { t } from "./i18n.js";
import { boundsOf, createMap, feed, look, styleLayersOf } from "./map.js";
import { readAddress, state, writeAddress } from "./navi_address.js";
import { drawMe, drawRoute, drawWays, prepareRoutes } from "./navi_map.js";
import { candidateCards, excludedSites, failure, routeSteps } from "./navi_words.js";
import { byId, page, say, show } from "./page.js";
import { Picture } from "./picture.js";
import { Pin } from "./pin.js";
import { coordinates } from "./places.js";
import { Sheet } from "./sheet.js";
import { clock } from "./time.js";

const LIVE = ["evacuation-sites", "damage-areas", "closures"];
const FOLLOWED = [...LIVE, "pedestrian-links"];
const SITES_ASKED = 5;

const picture = new Picture(LIVE);
const sheet = new Sheet();
let map = null;
let pin = null;
let asked = 0;
let lastAnswer = "";

// --- what is shown ---

function showView({ focus = true } = {}) {
  show(byId("ask"), state.view === "ask");
  show(byId("results"), state.view === "results");
  show(byId("route"), state.view === "route");
  show(byId("back"), state.view !== "ask");
  show(byId("go"), state.view === "ask");
  byId("sheet-foot").classList.toggle("is-quiet", state.view !== "ask");
  if (state.view === "ask") clearWays();
  ringSite();
  sheet.raise();
  sheet.top();
  if (focus && state.view !== "ask") byId(`${state.view}-title`).focus({ preventScroll: true });
}

function showForm() {
  for (const input of document.querySelectorAll("#ask input[type=radio]")) {
    input.checked = state[input.name] === input.value;
  }
  show(byId("from-chosen"), Boolean(state.from));
  if (state.from) byId("from-words").textContent = t("navi.from_is", { place: state.from.name });
  drawMe(map, state.from);
  feed(map, "evacuation-sites", shown("evacuation-sites"));
}

let ringed = null;

/** The chosen site is ringed on the map. */
function ringSite() {
  if (ringed) map.setFeatureState(ringed, { selected: false });
  ringed = state.view === "route" && state.to?.id ? { source: "evacuation-sites", id: state.to.id } : null;
  if (ringed) map.setFeatureState(ringed, { selected: true });
}

function clearWays() {
  drawWays(map, []);
  drawRoute(map, null);
}

// --- asking the server ---

async function ask(process, inputs) {
  const mine = ++asked;
  const common = { from: [state.from.lon, state.from.lat], profile: state.profile, hazard: state.hazard, lang: page.language };
  try {
    const answer = await execute(process, { ...common, ...inputs });
    return mine === asked ? { answer } : null;
  } catch (error) {
    if (mine !== asked) return null;
    if (!error.problem && !(error instanceof NoAnswer)) throw error;
    return { error };
  }
}

async function showResults({ quiet = false } = {}) {
  if (!quiet) byId("results-lead").textContent = t("navi.searching");
  const found = await ask("nearest-site", { count: SITES_ASKED });
  if (!found || state.view !== "results") return;
  const candidates = byId("candidates");
  if (found.error) {
    [byId("results-lead"), byId("excluded")].forEach((part) => part.replaceChildren());
    candidates.replaceChildren(failure(found.error));
    return say(found.error.message);
  }
  const { features } = found.answer;
  const [overview, ...rest] = features;
  const sites = rest.filter((feature) => feature.properties.featureType === "site");
  const ways = rest.filter((feature) => feature.properties.featureType === "route");
  byId("results-lead").textContent = overview.properties.summary;
  candidates.replaceChildren(...candidateCards(sites, ways, state.hazard, chooseSite));
  byId("excluded").replaceChildren(...excludedSites(overview.properties.excluded));
  drawRoute(map, null);
  drawWays(map, ways, sites);
  noteChange(quiet, features, byId("results"));
  if (!quiet) {
    say(overview.properties.summary);
    lookAt(features);
  }
}

async function showRoute({ quiet = false } = {}) {
  if (!quiet) {
    byId("route-title").textContent = t("navi.calculating");
    byId("route-body").replaceChildren();
  }
  const found = await ask("route", { to: state.to.id ?? [state.to.lon, state.to.lat] });
  if (!found || state.view !== "route") return;
  if (found.error) return showRefusal(found.error, quiet);
  const { features } = found.answer;
  const overview = features[0].properties;
    byId("route-title").textContent = t("navi.route_to", { name: overview.site?.name ?? state.to.name ?? t("navi.chosen_place") });
  byId("route-body").replaceChildren(...routeSteps(features, state.hazard, showStep));
  drawWays(map, []);
  drawRoute(map, features);
  noteChange(quiet, features, byId("route"));
  if (!quiet) {
    say(overview.summary);
    lookAt(features);
  }
}

function showRefusal(error, quiet) {
  const { problem = {} } = error;
  byId("route-title").textContent = problem.title ?? t("navi.no_answer");
  byId("route-body").replaceChildren(failure(error, showBlocker, () => goTo("results")));
  drawWays(map, []);
  drawRoute(map, null, problem.geometry);
  noteChange(quiet, [error.message], byId("route"));
  if (quiet) return;
  say(`${problem.title ?? ""} ${error.message}`, { urgent: true });
  if (problem.geometry) look(map, boundsOf(problem.geometry));
}

/** A new answer to the same question is announced, so that nobody walks by the old one unaware. */
function noteChange(quiet, answer, section) {
  const now = JSON.stringify(answer, (name, value) => (name === "computed_at" || name === "revisions" ? undefined : value));
  section.querySelector(".changed")?.remove();
  if (quiet && now !== lastAnswer) {
    const words = t("navi.recalculated", { clock: clock(new Date()) });
    const line = Object.assign(document.createElement("p"), { className: "notice changed", textContent: words });
    section.querySelector("h2").after(line);
    say(words, { urgent: true });
  }
  lastAnswer = now;
}

function lookAt(features) {
  const asked = features.at(-1)?.properties?.asked;
  const geometries = features.map((feature) => feature.geometry).filter(Boolean);
  if (asked) geometries.push({ coordinates: asked });
  if (geometries.length) look(map, boundsOf({ coordinates: geometries.map((geometry) => geometry.coordinates) }));
}

function showStep(feature) {
  look(map, boundsOf(feature.geometry), { maxZoom: 18 });
}

function showBlocker({ layer, id }) {
  const feature = LIVE.includes(layer) && picture.find(layer, id);
  if (feature) look(map, boundsOf(feature.geometry));
}

// --- what the reader does ---
function goTo(view, { push = true } = {}) {
  state.view = view;
  writeAddress(push);
  act();
}

function act(options = {}) {
  showForm();
  showView(options);
  if (state.view === "results") showResults();
  if (state.view === "route") showRoute();
}

function search() {
  show(byId("hazard-fault"), !state.hazard);
  show(byId("from-fault"), !state.from);
  if (!state.hazard) return complain("hazards", "navi.hazard_missing", "#hazards input");
  if (!state.from) return complain("from-fault", "navi.from_missing", "#from-search");
  goTo(state.to ? "route" : "results");
}

function complain(id, words, focus) {
  sheet.raise();
  byId(id).scrollIntoView({ block: "center" });
  document.querySelector(focus).focus({ preventScroll: true });
  say(t(words), { urgent: true });
}

function chooseSite(id) {
  state.to = { id };
  goTo("route");
}

/** A rough place is first shown for what it is; only its reader can make a start or a goal of it. */
function chooseFrom(place) {
  setPicking(false);
  if (place.around) return openPin(place, { accept: t("pin.as_start"), onAccept: setFrom });
  setFrom(place);
  return map.easeTo({ center: [place.lon, place.lat], zoom: Math.max(map.getZoom(), 15) });
}

function chooseTo(place) {
  if (place.around) return openPin(place, { accept: t("pin.as_goal"), onAccept: setTo });
  return setTo({ ...place, id: place.roles?.find((role) => role.layer === "evacuation-sites")?.feature });
}

function setTo(place) {
  state.to = place;
  search();
}

function openPin(place, options) {
  pin.open(place, options);
  sheet.raise();
  byId("pin-box").scrollIntoView({ block: "nearest" });
}

function setFrom(place) {
  pin?.close();
  state.from = place;
  show(byId("from-fault"), false);
  setPicking(false);
  writeAddress(false);
  showForm();
  say(t("navi.from_is", { place: place.name }));
}

function setPicking(on) {
  byId("pick-from").setAttribute("aria-pressed", String(on));
  map?.getCanvas().classList.toggle("is-picking", on);
  if (on) {
    if (sheet.height !== "peek") sheet.set("peek");
    say(t("navi.tap_now"));
  } else sheet.raise();
}

function locate() {
  const button = byId("use-gps");
  button.disabled = true;
  button.textContent = t("navi.locating");
  const done = () => { button.disabled = false; button.textContent = t("navi.use_gps"); };
  const failed = () => {
    done();
    byId("from-fault").textContent = t("navi.gps_failed");
    show(byId("from-fault"), true);
    say(t("navi.gps_failed"), { urgent: true });
  };
  if (!navigator.geolocation) return failed();
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    done();
    const name = t("navi.here", { metres: Math.round(coords.accuracy) });
    setFrom({ lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy, name });
    map.easeTo({ center: [coords.longitude, coords.latitude], zoom: Math.max(map.getZoom(), 15) });
  }, failed, { enableHighAccuracy: true, timeout: 15_000, maximumAge: 30_000 });
}

function tapped(event) {
  if (pin?.isOpen) return pin.moveTo(event.lngLat);
  const picking = byId("pick-from").getAttribute("aria-pressed") === "true";
  const [hit] = picking ? [] : map.queryRenderedFeatures(event.point, { layers: styleLayersOf(map, "evacuation-sites") });
  if (hit && state.from && state.hazard) return chooseSite(hit.properties.id);
  if (hit || (!picking && state.from)) return undefined;
  const { lng, lat } = event.lngLat;
  return setFrom(coordinates(`${lat.toFixed(6)}, ${lng.toFixed(6)}`));
}

function listen() {
  byId("ask").addEventListener("submit", (event) => { event.preventDefault(); search(); });
  byId("ask").addEventListener("change", (event) => {
    if (event.target.type !== "radio") return;
    state[event.target.name] = event.target.value;
    if (map) feed(map, "evacuation-sites", shown("evacuation-sites"));
    show(byId("hazard-fault"), false);
    writeAddress(false);
  });
  byId("go").addEventListener("click", search);
  byId("back").addEventListener("click", () => {
    if (history.state?.pushed) return history.back();
    return goTo(state.view === "route" ? "results" : "ask", { push: false });
  });
  byId("use-gps").addEventListener("click", locate);
  byId("pick-from").addEventListener("click", (event) => setPicking(event.currentTarget.getAttribute("aria-pressed") !== "true"));
  addEventListener("popstate", () => { readAddress(); act(); });
}

async function begin() {
  readAddress();
  listen();
  map = await createMap(LIVE, [...LIVE, "boundaries"]);
  prepareRoutes(map);
  pin = new Pin(map, byId("pin-box"));
  const near = () => map.getCenter();
  searchable(byId("from-search"), byId("from-found"), chooseFrom, near);
  searchable(byId("to-search"), byId("to-found"), chooseTo, near);
  map.on("click", tapped);
  picture.addEventListener("change", ({ detail: names }) => {
    for (const name of names) feed(map, name, shown(name));
  });
  picture.follow(FOLLOWED, () => {
    if (state.view === "results") showResults({ quiet: true });
    if (state.view === "route") showRoute({ quiet: true });
  });
  act({ focus: false });
  document.body.dataset.ready = "true";
}

/** A walker sees what is in the way now, and the sites that fit what is happening; not what once was, nor the others. */
function shown(name) {
  const features = picture.features[name];
  if (name !== "evacuation-sites") return features.filter((feature) => feature.properties.status === "active");
  return state.hazard ? features.filter((feature) => feature.properties[state.hazard]) : features;
}

begin();
