// Follows the run that is under way: how far it is, and the page anew when its state has changed.

const EVERY_MS = 1500;
const SLOWLY_MS = 5000;
const busy = document.getElementById("busy");
const live = document.getElementById("live");
let tag = "";

async function ask() {
  const answer = await fetch(busy.dataset.address, { headers: { Accept: "application/json", ...(tag && { "If-None-Match": tag }) } });
  if (answer.status === 304) return null;
  if (!answer.ok) throw new Error(`${answer.status}`);
  tag = answer.headers.get("ETag") ?? "";
  return answer.json();
}

function tell({ done, total, words }) {
  const bar = document.getElementById("bar");
  if (total) {
    bar.max = total;
    bar.value = Math.min(done, total);
  }
  document.getElementById("bar-words").textContent = words;
}

async function follow() {
  let pause = EVERY_MS;
  try {
    const run = await ask();
    live.textContent = "";
    if (run && run.state !== busy.dataset.state) {
      location.reload();
      return;
    }
    if (run) tell(run);
  } catch {
    live.textContent = busy.dataset.fault;
    pause = SLOWLY_MS;
  }
  setTimeout(follow, pause);
}

if (busy) follow();
document.body.dataset.ready = "true";
