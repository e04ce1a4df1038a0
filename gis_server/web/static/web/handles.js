// Corners of a sketch as buttons on the map: dragged by a thumb, moved by arrow keys, removed by Delete.

import { t } from "./i18n.js";
import { maplibre } from "./map.js";
import { el } from "./page.js";

const MOST_CORNERS = 150;
const MOST_MIDPOINTS = 40;
const KEY_STEP_PX = 8;
const STEPS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

/**
 * Show the corners of a sketch and follow it.
 *
 * @returns {{remove: () => void, removeSelected: () => void}}
 */
export function handlesOn(map, sketch, onSelected) {
  const handles = new Handles(map, sketch, onSelected);
  handles.follow();
  return handles;
}

class Handles {
  #map;
  #sketch;
  #onSelected;
  #markers = [];
  #selected = null;
  #draw = () => this.#show();

  constructor(map, sketch, onSelected) {
    this.#map = map;
    this.#sketch = sketch;
    this.#onSelected = onSelected;
  }

  follow() {
    this.#sketch.addEventListener("change", this.#draw);
    this.#show();
  }

  remove() {
    this.#sketch.removeEventListener("change", this.#draw);
    this.#clear();
    this.#select(null);
  }

  removeSelected() {
    const corner = this.#selected;
    this.#select(null);
    if (corner) this.#sketch.remove(corner);
  }

  #show() {
    const focused = this.#markers.findIndex((marker) => marker.getElement() === document.activeElement);
    const corners = [...this.#sketch.corners()];
    this.#clear();
    if (corners.length > MOST_CORNERS) return;
    this.#markers = corners.map((corner) => this.#corner(corner));
    if (focused >= 0) this.#markers[Math.min(focused, this.#markers.length - 1)]?.getElement().focus();
    if (this.#sketch.isArea && corners.length <= MOST_MIDPOINTS) this.#markers.push(...this.#midpoints(corners));
  }

  #clear() {
    for (const marker of this.#markers) marker.remove();
    this.#markers = [];
  }

  #corner(corner) {
    const label = t("draw.corner", { number: corner.index + 1, count: corner.count });
    const element = el("button", { type: "button", class: "corner", "aria-label": label, "aria-pressed": String(isSame(corner, this.#selected)) });
    const marker = this.#marker(element, corner.position, true);
    let dragged = false;
    marker.on("dragstart", () => { dragged = true; });
    marker.on("dragend", () => this.#sketch.move(corner, marker.getLngLat().toArray()));
    element.addEventListener("click", (event) => {
      event.stopPropagation();
      if (!dragged) this.#select(isSame(corner, this.#selected) ? null : corner);
      dragged = false;
    });
    element.addEventListener("keydown", (event) => this.#key(event, corner));
    return marker;
  }

  #key(event, corner) {
    const step = STEPS[event.key];
    if (step) {
      const point = this.#map.project(corner.position);
      const { lng, lat } = this.#map.unproject([point.x + step[0] * KEY_STEP_PX, point.y + step[1] * KEY_STEP_PX]);
      this.#sketch.move(corner, [lng, lat]);
    } else if (event.key === "Delete" || event.key === "Backspace") this.#sketch.remove(corner);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #midpoints(corners) {
    return corners.map((corner) => {
      const next = corners.find((other) => other.polygon === corner.polygon && other.ring === corner.ring && other.index === (corner.index + 1) % corner.count);
      const middle = [0, 1].map((axis) => (corner.position[axis] + next.position[axis]) / 2);
      const element = el("button", { type: "button", class: "midpoint", tabindex: "-1", "aria-label": t("draw.midpoint") });
      element.addEventListener("click", (event) => {
        event.stopPropagation();
        this.#sketch.insertAfter(corner, middle);
      });
      return this.#marker(element, middle, false);
    });
  }

  #marker(element, position, draggable) {
    const label = element.getAttribute("aria-label");
    const marker = new maplibre.Marker({ element, draggable, clickTolerance: 6 }).setLngLat(position).addTo(this.#map);
    element.setAttribute("aria-label", label); // MapLibre writes its own over it
    return marker;
  }

  #select(corner) {
    this.#selected = corner;
    this.#onSelected(corner);
    for (const [index, marker] of this.#markers.entries()) {
      const own = [...this.#sketch.corners()][index];
      if (own) marker.getElement().setAttribute("aria-pressed", String(isSame(own, corner)));
    }
  }
}

function isSame(one, other) {
  return Boolean(one && other) && one.polygon === other.polygon && one.ring === other.ring && one.index === other.index;
}
