// The panel in which staff draw and describe a damage area. Every step is kept on the device at once.

import { hintFor, Pen } from "./draw.js";
import { codeTitle, fieldTitle, t } from "./i18n.js";
import { boundsOf, look } from "./map.js";
import { Memory, newId } from "./outbox.js";
import { byId, el, page, say, show } from "./page.js";
import { coordinates } from "./places.js";
import { Sketch } from "./sketch.js";
import { areaText } from "./time.js";

const AREAS = "damage-areas";

/** Holds the draft: id, version that it began from, shape, and what the form says. */
export class DrawingPanel {
  #map;
  #outbox;
  #picture;
  #memory;
  #pen;
  #draft = null;
  #on;

  constructor(map, outbox, picture, on) {
    [this.#map, this.#outbox, this.#picture, this.#on] = [map, outbox, picture, on];
    this.#memory = new Memory("draft", page.user);
    this.#pen = new Pen(map, { onSelected: (corner) => { byId("draw-remove").disabled = !corner; } });
    this.isKept = null;
    this.#buildForm();
    this.#listen();
  }

  get hasDraft() {
    return this.#memory.read(null) !== null;
  }

  /** A new area. */
  begin() {
    this.#open({ id: newId(), version: null, polygons: [[[]]], properties: { kind: "", description: "", blocks_walking: true } });
  }

  /** A stored area: its shape and what is said about it. */
  edit(feature) {
    const { kind, description, blocks_walking } = feature.properties;
    const { polygons } = Sketch.of(feature.geometry);
    this.#open({ id: feature.id, version: feature.properties.version, polygons, properties: { kind, description, blocks_walking } });
    look(this.#map, boundsOf(feature.geometry));
  }

  /** What was being drawn when the page was left. */
  resumeDraft() {
    this.#open(this.#memory.read(null));
    this.#on.onOpened();
    say(t("draw.resumed"));
  }

  /** An edit that the server would not have, to be put right. */
  resume(entry) {
    const stored = this.#picture.find(AREAS, entry.id);
    const geometry = entry.geometry ?? stored?.geometry;
    const polygons = geometry ? Sketch.of(geometry).polygons : [[[]]];
    const properties = { kind: "", description: "", blocks_walking: true, ...stored?.properties, ...entry.properties };
    this.#outbox.drop(entry.key);
    this.#open({ id: entry.id, version: entry.isNew ? null : entry.version, polygons, properties });
    this.#on.onOpened();
  }

  /** Give the drawing up. What was drawn can be had back until something else is drawn. */
  cancel() {
    if (!this.#pen.sketch.isEmpty && !confirm(t("draw.cancel_sure"))) return;
    this.#close();
  }

  /** Put the pen down but keep the draft, as when the reader goes back in the browser. */
  keep() {
    if (this.#draft) this.#pen.release();
    this.#draft = null;
  }

  /** Tell the drawer while drawing that somebody else changed the same area. */
  notice(names) {
    if (!this.#draft?.version || !names.includes(AREAS)) return;
    const now = this.#picture.find(AREAS, this.#draft.id);
    if (now && now.properties.version !== this.#draft.version) this.#complain(t("draw.overtaken"));
  }

  #open(draft) {
    if (this.#draft) this.#pen.release();
    this.#draft = draft;
    const sketch = new Sketch(draft.polygons);
    sketch.addEventListener("change", () => this.#changed());
    this.#pen.take(sketch);
    byId("drawing-title").textContent = t(draft.version === null ? "draw.title" : "draw.title_edit");
    for (const input of document.querySelectorAll("#draw-kind input")) input.checked = input.value === draft.properties.kind;
    byId("draw-description").value = draft.properties.description;
    byId("draw-blocks").checked = draft.properties.blocks_walking;
    show(byId("draw-fault"), false);
    this.#showTools();
    this.#useMode(this.#pen.mode);
  }

  #close() {
    this.#memory.write(null);
    this.isKept = null;
    this.#draft = null;
    this.#pen.release();
    this.#on.onDone();
  }

  #changed() {
    this.#draft.polygons = this.#pen.sketch.polygons;
    this.#keepDraft();
    this.#showTools();
  }

  #keepDraft() {
    this.isKept = this.#memory.write(this.#draft);
    this.#on.onKept();
  }

  #showTools() {
    const { sketch } = this.#pen;
    byId("draw-undo").disabled = !sketch.canUndo;
    byId("draw-redo").disabled = !sketch.canRedo;
    byId("draw-clear").disabled = sketch.isEmpty;
    const corners = [...sketch.corners()].length;
    const key = sketch.isArea ? (sketch.crossesItself ? "draw.crossing" : "draw.area") : "draw.needs_more";
    byId("draw-measure").textContent = t(key, { area: areaText(sketch.areaSquareMetres), count: corners, missing: Math.max(0, 3 - corners) });
  }

  #useMode(mode) {
    document.querySelector(`[name=draw-mode][value=${mode}]`).checked = true;
    byId("draw-hint").textContent = hintFor(mode);
    show(byId("draw-here"), mode === "crosshair");
    this.#pen.use(mode);
  }

  #save() {
    const { sketch } = this.#pen;
    const { id, version, properties } = this.#draft;
    if (!sketch.isArea) return this.#complain(t("draw.needs_area"));
    if (!properties.kind) return this.#complain(t("draw.needs_kind"));
    const sent = { kind: properties.kind, description: properties.description, blocks_walking: properties.blocks_walking };
    const kept = this.#outbox.add({ layer: AREAS, id, version, properties: sent, geometry: sketch.geometry });
    if (!kept) return this.#complain(t("draw.no_room"));
    return this.#close();
  }

  #complain(words) {
    byId("draw-fault").textContent = words;
    show(byId("draw-fault"), true);
    byId("draw-fault").scrollIntoView({ block: "center" });
  }

  #useCoordinates() {
    const lines = byId("draw-coordinates").value.split("\n").filter((line) => line.trim());
    const places = lines.map(coordinates);
    const wrong = places.findIndex((place) => place === null);
    const fault = wrong >= 0 ? t("draw.line_wrong", { number: wrong + 1 }) : lines.length < 3 ? t("draw.needs_area") : "";
    byId("draw-coordinates-fault").textContent = fault;
    show(byId("draw-coordinates-fault"), Boolean(fault));
    if (fault) return say(fault, { urgent: true });
    this.#pen.sketch.replace(places.map(({ lon, lat }) => [lon, lat]));
    return look(this.#map, boundsOf(this.#pen.sketch.geometry));
  }

  #buildForm() {
    byId("kind-label").textContent = fieldTitle(AREAS, "kind");
    byId("description-label").textContent = fieldTitle(AREAS, "description");
    const kinds = Object.keys(page.layers[AREAS].fields.kind.codes);
    byId("draw-kind").replaceChildren(...kinds.map((kind) => el("label", { class: "chip" },
      el("input", { type: "radio", name: "kind", value: kind }), el("span", {}, codeTitle(AREAS, "kind", kind)))));
  }

  #listen() {
    const tools = {
      "draw-undo": () => this.#pen.sketch.undo(), "draw-redo": () => this.#pen.sketch.redo(), "draw-clear": () => this.#pen.sketch.clear(),
      "draw-remove": () => this.#pen.handles.removeSelected(), "draw-here": () => this.#pen.putHere(),
      "draw-use-coordinates": () => this.#useCoordinates(), "draw-save": () => this.#save(),
    };
    for (const [id, act] of Object.entries(tools)) byId(id).addEventListener("click", act);
    byId("draw-here").addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") this.#pen.key(event); // those two are the button's own click
    });
    this.#map.getCanvasContainer().addEventListener("keydown", (event) => {
      if (event.target === this.#map.getCanvas()) this.#pen.key(event);
    });
    document.querySelectorAll("[name=draw-mode]").forEach((input) => input.addEventListener("change", () => this.#useMode(input.value)));
    byId("draw-form").addEventListener("submit", (event) => event.preventDefault());
    byId("draw-form").addEventListener("input", ({ target }) => {
      const value = target.type === "checkbox" ? target.checked : target.value;
      this.#draft.properties = { ...this.#draft.properties, [target.name]: value };
      this.#keepDraft();
    });
  }
}
