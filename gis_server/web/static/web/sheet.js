// The sheet: at the bottom of a phone with three heights, at the side of a big screen.

import { t } from "./i18n.js";
import { byId, isCalm } from "./page.js";

const HEIGHTS = ["peek", "half", "full"];
const FLICK_PX = 48;

/** The page's sheet. */
export class Sheet {
  constructor() {
    this.element = byId("sheet");
    this.handle = byId("sheet-handle");
    this.#listen();
    this.set(this.height);
  }

  get height() {
    return this.element.dataset.height;
  }

  /** Take one of the three heights. */
  set(height) {
    this.element.dataset.height = height;
    byId("sheet-handle-words").textContent = t(`sheet.${height}`);
    this.handle.setAttribute("aria-expanded", String(height === "full"));
  }

  /** At least half, so that what was just found can be read. */
  raise() {
    if (this.height === "peek") this.set("half");
  }

  /** To the top of what it holds. */
  top() {
    byId("sheet-body").scrollTo({ top: 0, behavior: isCalm() ? "auto" : "smooth" });
  }

  #listen() {
    let start = null;
    this.handle.addEventListener("pointerdown", (event) => {
      start = event.clientY;
      this.handle.setPointerCapture(event.pointerId);
    });
    this.handle.addEventListener("pointerup", (event) => {
      const moved = start === null ? 0 : start - event.clientY;
      start = null;
      if (Math.abs(moved) >= FLICK_PX) this.#step(moved > 0 ? 1 : -1);
      this.flicked = Math.abs(moved) >= FLICK_PX;
    });
    this.handle.addEventListener("click", () => {
      if (!this.flicked) this.set(HEIGHTS[(HEIGHTS.indexOf(this.height) + 1) % HEIGHTS.length]);
      this.flicked = false;
    });
    this.handle.addEventListener("keydown", (event) => {
      if (event.key === "ArrowUp") this.#step(1);
      else if (event.key === "ArrowDown") this.#step(-1);
      else return;
      event.preventDefault();
    });
  }

  #step(by) {
    const index = HEIGHTS.indexOf(this.height) + by;
    this.set(HEIGHTS[Math.max(0, Math.min(HEIGHTS.length - 1, index))]);
  }
}
