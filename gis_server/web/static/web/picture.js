// The live layers of a page: read when something changed, drawn on the map, and told as of when they are.

import { watchChanges } from "./changes.js";
import { fetchFeatures } from "./features.js";
import { t } from "./i18n.js";
import { byId, say } from "./page.js";
import { clock } from "./time.js";

const STALE_AFTER_MS = 60_000;

/** Features by layer, kept up to date. Fires `change` with the names of the layers that were read again. */
export class Picture extends EventTarget {
  constructor(layers) {
    super();
    this.layers = layers;
    this.features = Object.fromEntries(layers.map((name) => [name, []]));
    this.heardAt = null;
    this.isLost = false;
  }

  /**
   * Read everything once, then follow. Settled after the first reading, whether or not it succeeded.
   *
   * @param {string[]} followed layers to hear of: these and others that are not drawn
   * @param {(names: string[]) => void} onLater called for each change after the first reading
   */
  async follow(followed = this.layers, onLater = () => {}) {
    setInterval(() => this.#tellAge(), 5000);
    let first = true;
    await watchChanges(followed, async (names) => {
      await this.#read(names.filter((name) => this.layers.includes(name)));
      if (!first) onLater(names);
      first = false;
    }, (moment) => this.#heard(moment));
  }

  find(layer, id) {
    return this.features[layer].find((feature) => feature.id === id);
  }

  /** Read layers again without waiting to hear of a change: one's own has just been accepted. */
  async readNow(names) {
    await this.#read(names).catch(() => {}); // following goes on and reads again
  }

  async #read(names) {
    const lists = await Promise.all(names.map(fetchFeatures));
    names.forEach((name, index) => { this.features[name] = lists[index]; });
    this.dispatchEvent(new CustomEvent("change", { detail: names }));
  }

  #heard(moment) {
    if (moment) this.heardAt = moment;
    const lost = moment === null;
    if (lost !== this.isLost) say(t(lost ? "asof.lost" : "asof.back"), { urgent: lost });
    this.isLost = lost;
    this.#tellAge();
  }

  #tellAge() {
    const line = byId("as-of");
    if (!this.heardAt) {
      line.textContent = t(this.isLost ? "asof.never" : "asof.loading");
      line.classList.toggle("is-stale", this.isLost);
      return;
    }
    const stale = Date.now() - this.heardAt > STALE_AFTER_MS;
    const minutes = Math.max(1, Math.floor((Date.now() - this.heardAt) / 60_000));
    const key = stale ? "asof.stale" : this.isLost ? "asof.interrupted" : "asof.live";
    line.textContent = t(key, { clock: clock(this.heardAt), minutes });
    line.classList.toggle("is-stale", stale || this.isLost);
  }
}
