/* The page of a job: asks how it stands until it has ended, and calls it off. */

const EVERY_MS = 1000;
const OPEN = ["accepted", "running"];

const job = document.getElementById("job");
const button = document.getElementById("job-dismiss");
const fault = document.getElementById("job-fault");

function complain(text) {
  fault.textContent = text;
  fault.hidden = !text;
}

async function ask(method) {
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  return fetch(job.dataset.url, { method, headers: { Accept: "application/json", "X-CSRFToken": token } });
}

/** Shows how the job stands; whether it is worth asking again. */
async function look() {
  const response = await ask("GET");
  if (!response.ok) throw new Error(`${response.status}`);
  const { status, progress, message } = await response.json();
  if (status !== job.dataset.status && (status !== "running" || job.dataset.status !== "accepted")) {
    location.reload(); // what an ended job shows is made by the server
    return false;
  }
  document.getElementById("job-progress").value = progress;
  document.getElementById("job-percent").textContent = progress;
  document.getElementById("job-message").textContent = message;
  if (status === "running") document.getElementById("job-state").textContent = job.dataset.running;
  return OPEN.includes(status);
}

async function watch() {
  let again = true;
  try {
    again = await look();
    complain("");
  } catch {
    complain(job.dataset.away);
  }
  if (again) setTimeout(watch, EVERY_MS);
}

async function dismiss() {
  button.disabled = true;
  const response = await ask("DELETE");
  if (response.ok || response.status === 410) location.reload();
  else {
    complain((await response.json()).detail);
    button.disabled = false;
  }
}

if (button) {
  button.hidden = false;
  button.addEventListener("click", dismiss);
}
if (OPEN.includes(job.dataset.status)) setTimeout(watch, EVERY_MS);
