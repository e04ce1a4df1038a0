// Drawing on the map: by tapping, by tracing (Terra Draw), with a crosshair and keys; corners as large as a thumb.

import { t } from "./i18n.js";
import { el, isNarrow } from "./page.js";
import { handlesOn } from "./handles.js";
import { simplified } from "./sketch.js";

const EMPTY = { type: "FeatureCollection", features: [] };
const TOLERANCE_PX = 3;
const STEP_PX = 60;
const FINE_STEP_PX = 8;
const STEPS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

/** The pen. Holds a sketch while something is being drawn. */
export class Pen {
  #map;
  #terra;
  #crosshair = el("div", { class: "crosshair", "aria-hidden": "true" });
  #stopFollowing = () => {};

  constructor(map, { onSelected }) {
    this.#map = map;
    this.onSelected = onSelected;
    this.sketch = null;
    this.mode = "tap";
    this.#addLayers();
    this.#terra = this.#startTerraDraw();
    map.getContainer().append(this.#crosshair);
    this.#crosshair.hidden = true;
  }

  /** Begin with a sketch. */
  take(sketch) {
    this.sketch = sketch;
    const draw = () => this.#draw();
    sketch.addEventListener("change", draw);
    const handles = handlesOn(this.#map, sketch, (corner) => this.onSelected(corner));
    this.#stopFollowing = () => {
      sketch.removeEventListener("change", draw);
      handles.remove();
    };
    this.handles = handles;
    draw();
    this.use(this.mode);
  }

  /** Put the pen down: nothing of the drawing stays on the map. */
  release() {
    this.#stopFollowing();
    this.sketch = null;
    this.#map.getSource("sketch").setData(EMPTY);
    this.#terra.setMode("static");
    this.#crosshair.hidden = true;
    this.#map.keyboard.enable();
    this.#map.doubleClickZoom.enable();
  }

  /** Draw by tapping, by tracing, or with the crosshair. */
  use(mode) {
    this.mode = mode;
    if (!this.sketch) return;
    this.#terra.setMode({ tap: "point", freehand: "freehand", crosshair: "static" }[mode]);
    this.#crosshair.hidden = mode !== "crosshair";
    this.#map.keyboard[mode === "crosshair" ? "disable" : "enable"]();
    this.#map.doubleClickZoom.disable();
    if (mode === "crosshair") this.#placeCrosshair();
  }

  /** A corner under the crosshair. */
  putHere() {
    const { lng, lat } = this.#map.unproject(this.#placeCrosshair());
    this.sketch?.add([lng, lat]);
  }

  /** Arrow keys move the map under the crosshair, Enter puts a corner, Backspace takes it back. */
  key(event) {
    if (this.mode !== "crosshair" || !this.sketch) return;
    const step = STEPS[event.key];
    if (step) {
      const size = event.shiftKey ? FINE_STEP_PX : STEP_PX;
      this.#map.panBy([step[0] * size, step[1] * size], { duration: 0 });
    } else if (event.key === "Enter" || event.key === " ") this.putHere();
    else if (event.key === "Backspace") this.sketch.undo();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** In the middle of that part of the map which the sheet leaves free. */
  #placeCrosshair() {
    const box = this.#map.getContainer().getBoundingClientRect();
    const free = isNarrow() ? document.getElementById("sheet").getBoundingClientRect().top - box.top : box.height;
    const point = [box.width / 2, Math.max(80, free) / 2];
    this.#crosshair.style.left = `${point[0]}px`;
    this.#crosshair.style.top = `${point[1]}px`;
    return point;
  }

  #draw() {
    const { geometry, ring } = this.sketch;
    const features = geometry ? [{ type: "Feature", properties: {}, geometry }] : [];
    if (!geometry && ring.length > 1) features.push({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: ring } });
    this.#map.getSource("sketch").setData({ type: "FeatureCollection", features });
  }

  #addLayers() {
    this.#map.addSource("sketch", { type: "geojson", data: EMPTY });
    this.#map.addLayer({ id: "sketch-fill", type: "fill", source: "sketch", filter: ["==", ["geometry-type"], "Polygon"],
      paint: { "fill-color": "#0b4bc2", "fill-opacity": 0.25 } });
    this.#map.addLayer({ id: "sketch-casing", type: "line", source: "sketch", paint: { "line-color": "#ffffff", "line-width": 6 } });
    this.#map.addLayer({ id: "sketch-line", type: "line", source: "sketch", paint: { "line-color": "#0b4bc2", "line-width": 3 } });
  }

  #startTerraDraw() {
    const { TerraDraw, TerraDrawFreehandMode, TerraDrawPointMode } = globalThis.terraDraw;
    const { TerraDrawMapLibreGLAdapter } = globalThis.terraDrawMaplibreGlAdapter;
    const styles = { fillColor: "#0b4bc2", outlineColor: "#0b4bc2", outlineWidth: 3, closingPointWidth: 1 };
    const terra = new TerraDraw({
      adapter: new TerraDrawMapLibreGLAdapter({ map: this.#map }),
      modes: [
        new TerraDrawPointMode(),
        new TerraDrawFreehandMode({ drawInteraction: "click-drag", minDistance: 6, keyEvents: null, styles }),
      ],
    });
    terra.start();
    terra.on("finish", (id, { mode }) => queueMicrotask(() => this.#finished(id, mode)));
    return terra;
  }

  /** Terra Draw hands over what was tapped or traced; the sketch keeps it. */
  #finished(id, mode) {
    const geometry = this.#terra.getSnapshotFeature(id)?.geometry;
    if (geometry) this.#terra.removeFeatures([id]);
    if (!geometry || !this.sketch) return;
    if (mode === "point") this.sketch.add(geometry.coordinates);
    else this.sketch.replace(this.#fewer(geometry.coordinates[0]));
  }

  #fewer(closed) {
    const open = closed.slice(0, -1);
    const points = open.map((position) => Object.assign([...Object.values(this.#map.project(position))], { position }));
    const kept = simplified(points, TOLERANCE_PX).map((point) => point.position);
    return kept.length >= 3 ? kept : open;
  }
}

/** What to do in a mode, as a sentence. */
export function hintFor(mode) {
  return t(`draw.hint_${mode}`);
}
