// What was drawn and not yet accepted by the server. It lies on the device, survives reloads, and is sent when the
// network allows; a bad one holds up no other, and nothing is overwritten unseen.

import { NoAnswer, reach } from "./features.js";

const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 30_000;

/** States of an entry: it waits, somebody else changed the feature, or the server will not have it. */
export const WAITING = "waiting";
export const CONFLICT = "conflict";
export const REFUSED = "refused";

/** An id that no other device makes. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID is there over TLS only
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The device's memory for one user, as JSON under a key. */
export class Memory {
  constructor(name, user) {
    this.key = `machigis.${name}.${user}`;
  }

  read(otherwise) {
    try {
      return JSON.parse(localStorage.getItem(this.key)) ?? otherwise;
    } catch {
      return otherwise;
    }
  }

  /** False where the device has no room. */
  write(value) {
    try {
      if (value === null) localStorage.removeItem(this.key);
      else localStorage.setItem(this.key, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  }
}

/** Edits on their way. Fires `change` at every step and `sent` with the server's answer. */
export class Outbox extends EventTarget {
  #memory;
  #timer = 0;
  #wait = FIRST_WAIT_MS;
  #busy = false;

  constructor(user) {
    super();
    this.#memory = new Memory("outbox", user);
    this.sentAt = null;
    this.notices = [];
    this.needsSignIn = false;
    this.isSending = false;
    addEventListener("online", () => this.pump());
    addEventListener("storage", (event) => { if (event.key === this.#memory.key) this.#changed(); });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.pump(); });
  }

  get entries() {
    return this.#memory.read([]);
  }

  /**
   * Keep an edit and send it. `version` is the one that was edited; null for a new feature.
   * An edit of something that still waits joins it.
   *
   * @returns {boolean} false where the device could not keep it
   */
  add({ layer, id, version, properties, geometry = null }) {
    const entries = this.entries;
    const waiting = entries.findLast((entry) => entry.layer === layer && entry.id === id);
    if (waiting && !waiting.tried && waiting.state === WAITING) {
      waiting.properties = { ...waiting.properties, ...properties };
      waiting.geometry = geometry ?? waiting.geometry;
    } else {
      const isNew = version === null && !waiting;
      entries.push({ key: newId(), layer, id, isNew, version: waiting ? null : version, properties, geometry, state: WAITING, tried: false, at: Date.now() });
    }
    const kept = this.#memory.write(entries);
    this.#changed();
    this.pump();
    return kept;
  }

  /** Give an entry up. */
  drop(key) {
    this.#save(this.entries.filter((entry) => entry.key !== key));
  }

  /** Send an entry again, on top of the version that the server has now. */
  insist(key, version) {
    this.#update(key, { state: WAITING, version, tried: false });
    this.pump();
  }

  /** Send what waits, one after the other; try again later where the network fails. */
  async pump() {
    if (this.#busy) return;
    this.#busy = true;
    clearTimeout(this.#timer);
    this.needsSignIn = false;
    const lock = navigator.locks ? (work) => navigator.locks.request(this.#memory.key, work) : (work) => work();
    const reached = await lock(() => this.#sendAll());
    this.#busy = false;
    this.isSending = false;
    this.#wait = reached ? FIRST_WAIT_MS : Math.min(this.#wait * 2, LONGEST_WAIT_MS);
    if (this.entries.some((entry) => entry.state === WAITING)) this.#timer = setTimeout(() => this.pump(), this.#wait);
    this.#changed();
  }

  async #sendAll() {
    for (let entry = this.#next(); entry; entry = this.#next()) {
      this.isSending = true;
      this.#update(entry.key, { tried: true });
      try {
        await this.#send(entry);
      } catch (error) {
        if (error instanceof NoAnswer) return false;
        throw error;
      }
      if (this.needsSignIn) return false;
    }
    return true;
  }

  /** The first that may go: nothing earlier of the same feature is in the way. */
  #next() {
    const entries = this.entries;
    return entries.find((entry, index) => entry.state === WAITING && !entries.slice(0, index).some((before) => before.id === entry.id));
  }

  async #send(entry) {
    const body = { type: "Feature", id: entry.id, properties: entry.properties };
    if (entry.geometry) body.geometry = entry.geometry;
    const address = entry.isNew ? `/edit/${entry.layer}/` : `/edit/${entry.layer}/${encodeURIComponent(entry.id)}`;
    const headers = { "Content-Type": "application/json", "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "" };
    if (!entry.isNew) headers["If-Match"] = `"${entry.version}"`;
    const answer = await reach(address, { method: entry.isNew ? "POST" : "PATCH", headers, body: JSON.stringify(body) });
    const document_ = await answer.json().catch(() => ({}));
    if (answer.ok) return this.#accepted(entry, document_);
    if (answer.status >= 500 || answer.status === 429) throw new NoAnswer(document_.detail ?? "");
    if (answer.status === 401 || answer.status === 403) {
      this.needsSignIn = true;
      return this.#changed();
    }
    if (answer.status === 412) return this.#overtaken(entry);
    return this.#update(entry.key, { state: REFUSED, detail: document_.detail ?? String(answer.status) });
  }

  #accepted(entry, { version, notices = [] }) {
    const rest = this.entries.filter((other) => other.key !== entry.key);
    const follower = rest.find((other) => other.id === entry.id);
    if (follower && follower.version === null) follower.version = version;
    this.sentAt = new Date();
    this.notices = notices;
    this.#save(rest);
    this.dispatchEvent(new CustomEvent("sent", { detail: { layer: entry.layer, id: entry.id } }));
  }

  /** Either our own edit arrived before and its answer was lost, or somebody else was faster. */
  async #overtaken(entry) {
    const answer = await reach(`/api/collections/${entry.layer}/items/${encodeURIComponent(entry.id)}?f=json`, { cache: "no-store" });
    const now = answer.ok ? await answer.json() : null;
    if (now && isSame(entry, now)) return this.#accepted(entry, { version: now.properties.version });
    return this.#update(entry.key, { state: CONFLICT, theirs: now });
  }

  #update(key, members) {
    this.#save(this.entries.map((entry) => (entry.key === key ? { ...entry, ...members } : entry)));
  }

  #save(entries) {
    this.#memory.write(entries);
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

function isSame(entry, feature) {
  const same = Object.entries(entry.properties).every(([name, value]) => feature.properties[name] === value);
  return same && (!entry.geometry || rounded(entry.geometry) === rounded(feature.geometry));
}

function rounded(geometry) {
  return JSON.stringify(geometry.coordinates, (_, value) => (typeof value === "number" ? Number(value.toFixed(6)) : value));
}

