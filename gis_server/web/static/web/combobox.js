// An input that offers places while one types: the combobox with a list of the ARIA Authoring Practices.

import { t } from "./i18n.js";
import { el, say, show } from "./page.js";
import { search } from "./places.js";
import { lengthText } from "./time.js";

const PAUSE_MS = 120;

/** One search input with its list. The focus stays in the input; the arrow keys say which option is meant. */
class Combobox {
  #places = [];
  #active = -1;
  #running = null;
  #timer = 0;
  #asked = "";

  constructor(input, list, { onChosen, near }) {
    Object.assign(this, { input, list, onChosen, near });
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", t("search.results"));
    input.addEventListener("input", () => this.#later());
    input.addEventListener("keydown", (event) => this.#pressed(event));
    input.addEventListener("blur", () => this.#close());
    input.addEventListener("focus", () => { if (this.#places.length) this.#open(); });
    // A press on an option must not take the focus away, as the list would close before the click.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("mousedown", (event) => event.preventDefault());
  }

  /** Ask once the typing pauses; what was asked before is of no use any more. */
  #later() {
    this.#running?.abort();
    clearTimeout(this.#timer);
    if (!this.input.value.trim()) return this.#forget();
    this.#timer = setTimeout(() => this.#ask(), PAUSE_MS);
    return undefined;
  }

  async #ask() {
    clearTimeout(this.#timer);
    this.#running?.abort();
    const [text, mine] = [this.input.value, new AbortController()];
    this.#running = mine;
    try {
      const places = await search(text, { near: this.near?.(), signal: mine.signal });
      if (mine.signal.aborted) return;
      this.#asked = text;
      this.#offer(places);
    } catch (error) {
      if (!mine.signal.aborted) this.#refuse(error);
    }
  }

  #offer(places) {
    this.#places = places;
    this.#active = -1;
    const options = places.map((place, index) => this.#option(place, index));
    this.list.replaceChildren(...options);
    if (!places.length) this.list.append(remark(t("search.nothing")));
    this.#open();
    say(places.length ? t("search.count", { count: places.length }) : t("search.nothing"));
  }

  #refuse(error) {
    this.#places = [];
    this.#asked = "";
    const words = error.problem ? error.message : t("search.away");
    this.list.replaceChildren(remark(words));
    this.#open();
    say(words);
  }

  #option(place, index) {
    const about = [place.kinds, place.address].filter(Boolean).join(" · ");
    const rough = place.around && t("search.rough", { certainty: place.certainty, length: lengthText(place.around) });
    return el("li", {
      id: `${this.list.id}-${index}`, role: "option", class: "found-item", "aria-selected": "false", onclick: () => this.#choose(index),
    },
    el("span", { class: place.around ? "found-mark is-rough" : "found-mark", "aria-hidden": "true" }),
    el("span", { class: "found-words" },
      el("strong", {}, place.name),
      about && el("small", {}, about),
      rough && el("small", { class: "found-rough" }, rough),
      place.unmatched && el("small", { class: "found-rough" }, t("search.unmatched", { rest: place.unmatched }))));
  }

  #pressed(event) {
    if (event.isComposing) return;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) this.#move(moves[event.key]);
    else if (event.key === "Enter") this.#enter();
    else if (event.key === "Escape" && this.input.getAttribute("aria-expanded") === "true") this.#close();
    else return;
    event.preventDefault();
  }

  #move(by) {
    if (!this.#places.length) return;
    this.#open();
    const count = this.#places.length;
    this.#mark(this.#active < 0 ? (by > 0 ? 0 : count - 1) : (this.#active + by + count) % count);
  }

  /** The marked one; the only one; of several none before it was marked. */
  async #enter() {
    if (this.#asked !== this.input.value && this.input.value.trim()) await this.#ask();
    if (this.#active >= 0) this.#choose(this.#active);
    else if (this.#places.length === 1) this.#choose(0);
    else this.#move(1);
  }

  #mark(index) {
    this.#active = index;
    [...this.list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    this.list.children[index].scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", this.list.children[index].id);
  }

  #choose(index) {
    const place = this.#places[index];
    this.input.value = "";
    this.#forget();
    this.onChosen(place);
  }

  #open() {
    show(this.list, true);
    this.input.setAttribute("aria-expanded", "true");
    // On a phone the list would lie below the fold of its sheet.
    if (matchMedia("(max-width: 48rem)").matches) this.input.scrollIntoView({ block: "start" });
  }

  #close() {
    show(this.list, false);
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.#active = -1;
  }

  #forget() {
    this.#places = [];
    this.#asked = "";
    this.list.replaceChildren();
    this.#close();
  }
}

/** What the list says where it has nothing to choose. */
function remark(words) {
  return el("li", { role: "option", "aria-disabled": "true", class: "quiet" }, words);
}

/**
 * Let an input find places.
 *
 * @param {HTMLInputElement} input
 * @param {HTMLElement} list
 * @param {(place: import("./places.js").Place) => void} onChosen
 * @param {() => ({lng: number, lat: number} | undefined)} near the middle of what is seen, if there is a map yet
 */
export function searchable(input, list, onChosen, near) {
  return new Combobox(input, list, { onChosen, near });
}
