// Which colours classes have on the map: those of the official guide, or others for all kinds of eyes. In the address.

import { onThemeChange } from "/static/tile_cache/theme.js";

const OFFICIAL = "official";
const SAFE = "cud";
const told = new Set();

export function mapColours() {
  return new URLSearchParams(location.search).get("colours") === SAFE ? SAFE : OFFICIAL;
}

/** Call back whenever the map has to be painted anew: in other colours, or in another theme of the page. */
export function onColours(changed) {
  told.add(changed);
}

function tell() {
  for (const changed of told) changed();
}

/** Connect the page's switch. */
export function listenToColours(checkbox) {
  checkbox.checked = mapColours() === SAFE;
  checkbox.addEventListener("change", () => {
    const address = new URL(location.href);
    if (checkbox.checked) address.searchParams.set("colours", SAFE);
    else address.searchParams.delete("colours");
    history.replaceState(history.state, "", address.href.replaceAll("%2F", "/").replaceAll("%2C", ","));
    tell();
  });
  addEventListener("popstate", () => {
    if (checkbox.checked === (mapColours() === SAFE)) return;
    checkbox.checked = mapColours() === SAFE;
    tell();
  });
  onThemeChange(tell);
}
