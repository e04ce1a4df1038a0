// The state of /navi/ and the address that holds it: whoever opens the address finds the same.

import { page } from "./page.js";
import { coordinates } from "./places.js";

/** What the reader chose. `view` is "ask", "results" or "route". */
export const state = { hazard: "", profile: "walk", from: null, to: null, view: "ask" };

/** Take the state from the address; what makes no sense in it is left out. */
export function readAddress() {
  const query = new URLSearchParams(location.search);
  const hazard = query.get("hazard") ?? "";
  state.hazard = hazard in page.hazards ? hazard : "";
  state.profile = query.get("profile") === "wheelchair" ? "wheelchair" : "walk";
  state.from = placeFrom(query.get("from"));
  const to = query.get("to");
  state.to = to ? placeFrom(to) ?? { id: to } : null;
  const complete = state.from && state.hazard;
  state.view = state.to && complete ? "route" : query.get("view") === "results" && complete ? "results" : "ask";
}

function placeFrom(text) {
  const match = /^(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)$/.exec(text ?? "");
  return match ? coordinates(`${match[2]}, ${match[1]}`) : null;
}

/** Write the state to the address; `push` makes a step that Back takes back. */
export function writeAddress(push) {
  const address = new URL(location.href);
  const members = {
    hazard: state.hazard, profile: state.profile === "walk" ? "" : state.profile, from: pointText(state.from),
    to: state.view === "route" ? state.to?.id ?? pointText(state.to) : "", view: state.view === "results" ? "results" : "",
  };
  for (const [name, value] of Object.entries(members)) {
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  const href = address.href.replaceAll("%2C", ",").replaceAll("%2F", "/");
  history[push ? "pushState" : "replaceState"]({ pushed: push || Boolean(history.state?.pushed) }, "", href);
}

function pointText(place) {
  return place?.lon === undefined ? "" : `${place.lon.toFixed(6)},${place.lat.toFixed(6)}`;
}
