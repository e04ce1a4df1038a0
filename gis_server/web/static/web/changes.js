// Has anything changed? Open pages ask every second, which costs the server one tiny statement.

import { reach } from "./features.js";

const EVERY_MS = 1000;
const SLOWEST_MS = 10_000;

/**
 * Ask for the revisions of layers as long as the page is looked at.
 *
 * @param {string[]} layers
 * @param {(names: string[]) => void} onChange the layers that changed since the last time
 * @param {(moment: Date|null) => void} onHeard when the server last answered; null where it did not
 */
export function watchChanges(layers, onChange, onHeard) {
  const watch = { known: null, tag: "", wait: EVERY_MS, timer: 0, busy: false };
  const ask = async () => {
    if (watch.busy) return;
    watch.busy = true;
    clearTimeout(watch.timer);
    try {
      await askOnce(layers, watch, onChange);
      watch.wait = EVERY_MS;
      onHeard(new Date());
    } catch {
      watch.wait = Math.min(watch.wait * 2, SLOWEST_MS);
      onHeard(null);
    }
    watch.busy = false;
    if (!document.hidden) watch.timer = setTimeout(ask, watch.wait);
  };
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
  addEventListener("online", ask);
  return ask();
}

async function askOnce(layers, watch, onChange) {
  const headers = watch.tag ? { "If-None-Match": watch.tag } : {};
  const answer = await reach(`/edit/changes?layers=${layers.join(",")}`, { headers, cache: "no-store", timeout: 8000 });
  if (answer.status === 304) return;
  if (!answer.ok) throw new Error(String(answer.status));
  const { revisions } = await answer.json();
  const changed = layers.filter((name) => watch.known?.[name] !== revisions[name]);
  await onChange(changed);
  watch.known = revisions;
  watch.tag = answer.headers.get("ETag") ?? "";
}
