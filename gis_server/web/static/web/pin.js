// A place whose position is only roughly known: its circle, a pin to move, and the question what to make of it.

import { circle } from "./circle.js";
import { t } from "./i18n.js";
import { boundsOf, feed, look, maplibre } from "./map.js";
import { el, say, show } from "./page.js";
import { lengthText } from "./time.js";

const SOURCE = "rough";
const COLOUR = "#7a4b00";
const STEP_PX = 12;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The one rough place of a page. Nothing is computed from it before its reader has said so. */
export class Pin {
  #place = null;
  #marker = null;
  #moved = false;

  /** @param {HTMLElement} box where the words go */
  constructor(map, box) {
    Object.assign(this, { map, box });
    map.addSource(SOURCE, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
    map.addLayer({ id: "rough", type: "fill", source: SOURCE, paint: { "fill-color": COLOUR, "fill-opacity": 0.14 } });
    map.addLayer({ id: "rough-edge", type: "line", source: SOURCE, paint: { "line-color": COLOUR, "line-width": 2, "line-dasharray": [2, 2] } });
  }

  get isOpen() {
    return this.#place !== null;
  }

  /**
   * Show a rough place.
   *
   * @param {import("./places.js").Place} place
   * @param {{accept?: string, onAccept?: (place: object) => void}} options words of the button, and what it does with
   *   the pin's position; without them the place is only shown
   */
  open(place, { accept, onAccept } = {}) {
    this.close();
    Object.assign(this, { accept, onAccept });
    this.#place = place;
    this.#moved = false;
    const area = circle(place, place.around);
    feed(this.map, SOURCE, [{ type: "Feature", properties: {}, geometry: area }]);
    this.#marker = new maplibre.Marker({ element: this.#element(), anchor: "bottom", draggable: Boolean(onAccept) })
      .setLngLat([place.lon, place.lat]).addTo(this.map);
    this.#marker.on("dragend", () => this.#hasMoved());
    this.#write();
    look(this.map, boundsOf(area));
    say(`${place.name} ${this.#warning()}`, { urgent: true });
  }

  close() {
    this.#marker?.remove();
    this.#marker = null;
    this.#place = null;
    feed(this.map, SOURCE, []);
    this.box.replaceChildren();
    show(this.box, false);
  }

  /** Put the pin where the reader tapped. */
  moveTo(lngLat) {
    if (!this.onAccept) return;
    this.#marker.setLngLat(lngLat);
    this.#hasMoved();
  }

  #element() {
    if (!this.onAccept) return el("span", { class: "pin", "aria-hidden": "true" });
    return el("button", { type: "button", class: "pin", "aria-label": t("pin.label"), onkeydown: (event) => this.#pressed(event) });
  }

  #pressed(event) {
    const step = ARROWS[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const { x, y } = this.map.project(this.#marker.getLngLat());
    this.moveTo(this.map.unproject([x + step[0] * STEP_PX, y + step[1] * STEP_PX]));
  }

  #hasMoved() {
    if (!this.#moved) say(t("pin.moved"));
    this.#moved = true;
    this.#write();
  }

  #warning() {
    const { certainty, around, unmatched } = this.#place;
    const words = t("pin.rough", { certainty, length: lengthText(around) });
    return unmatched ? `${words} ${t("search.unmatched", { rest: unmatched })}` : words;
  }

  #write() {
    const { onAccept } = this;
    this.box.replaceChildren(
      el("p", { class: "notice" }, el("strong", {}, this.#place.name), " ", this.#warning()),
      el("p", {}, onAccept ? t(this.#moved ? "pin.is_moved" : "pin.move") : t("pin.only_shown")),
      el("div", { class: "actions tight" },
        onAccept && el("button", { type: "button", class: this.#moved ? "button small primary" : "button small", id: "pin-accept", onclick: () => this.#accepted() },
          this.#moved ? this.accept : t("pin.as_it_is")),
        el("button", { type: "button", class: "button small", id: "pin-cancel", onclick: () => this.close() }, t("pin.cancel"))));
    show(this.box, true);
  }

  #accepted() {
    const { onAccept } = this;
    const { name, around } = this.#place;
    const { lng, lat } = this.#marker.getLngLat();
    const place = this.#moved
      ? { lon: lng, lat, name: t("pin.near", { name }) }
      : { lon: lng, lat, name: t("pin.middle_of", { name, length: lengthText(around) }), accuracy: around };
    this.close();
    onAccept(place);
  }
}
