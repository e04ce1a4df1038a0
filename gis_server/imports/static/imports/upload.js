// Follows an upload: asks how far it is, and shows the page anew when its state has changed.

import { showMap } from "./map.js";

const EVERY_MS = 700;
const SLOWLY_MS = 3000;
const live = document.getElementById("live");
let tag = "";

function root() {
  return document.getElementById("upload");
}

async function ask() {
  const answer = await fetch(root().dataset.address, { headers: { Accept: "application/json", ...(tag && { "If-None-Match": tag }) } });
  if (answer.status === 304) return null;
  if (!answer.ok) throw new Error(`${answer.status}`);
  tag = answer.headers.get("ETag") ?? "";
  return answer.json();
}

async function follow() {
  if (root().dataset.busy !== "true") return;
  let pause = EVERY_MS;
  try {
    const upload = await ask();
    if (upload && upload.state !== root().dataset.state) await renew();
    else if (upload) tell(upload.progress);
  } catch {
    live.textContent = root().dataset.fault;
    pause = SLOWLY_MS;
  }
  setTimeout(follow, pause);
}

function tell({ rows, total }) {
  const bar = document.getElementById("progress");
  if (!bar || !rows) return;
  if (total) {
    bar.max = total;
    bar.value = Math.min(rows, total);
  }
  const words = total ? root().dataset.rowsOf : root().dataset.rowsSoFar;
  document.getElementById("progress-words").textContent = words
    .replace("{rows}", rows.toLocaleString()).replace("{total}", (total ?? 0).toLocaleString());
}

/** The page as it is now, in place of what is shown; focus goes to the new state. */
async function renew() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("upload");
  root().replaceWith(document.adoptNode(fresh));
  const state = document.getElementById("state");
  live.textContent = state.textContent;
  if (root().dataset.busy !== "true") state.focus();
  showMap();
}

showMap();
follow();
document.body.dataset.ready = "true";
