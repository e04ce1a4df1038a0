/* The form of a process: its fields become the inputs, the same as a command, and the answer is shown. */

import { boxOf, draw, openMap } from "./map.js";

const POINT = /^\s*(-?\d+(?:\.\d+)?)\s*[,、\s]\s*(-?\d+(?:\.\d+)?)\s*$/;
const form = document.getElementById("run-form");
const element = document.getElementById("result-map");
const [said, fault, raw] = ["result-said", "result-fault", "result-raw"].map((id) => document.getElementById(id));
const { url, language } = form.dataset;

const READ = {
  number: Number,
  truth: (text) => text === "true",
  json: JSON.parse,
  point: (text) => POINT.exec(text)?.slice(1).map(Number) ?? text,
  place: (text) => POINT.exec(text)?.slice(1).map(Number) ?? text,
};

/** The inputs that are filled in. */
function inputs() {
  const given = {};
  for (const field of form.querySelectorAll("[data-input]")) {
    const text = field.querySelector("input, select, textarea").value.trim();
    if (text !== "") given[field.dataset.input] = (READ[field.dataset.kind] ?? String)(text);
  }
  return given;
}

/** A text as one word of a shell. */
function quoted(text) {
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}

function showCommand() {
  let body;
  try {
    body = JSON.stringify({ inputs: inputs() });
  } catch {
    return; // half-written JSON
  }
  const headers = ["Content-Type: application/json", `Accept-Language: ${language}`].map((header) => `-H ${quoted(header)}`);
  document.getElementById("curl-text").textContent = ["curl -sS", ...headers, `-d ${quoted(body)}`, url].join(" \\\n  ");
}

async function run(map) {
  const began = performance.now();
  fault.hidden = true;
  said.textContent = form.dataset.running;
  const headers = { "Content-Type": "application/json", Accept: "application/geo+json, application/json", "Accept-Language": language };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify({ inputs: inputs() }) });
  const document_ = await answer.json();
  raw.hidden = false;
  document.getElementById("result-text").textContent = JSON.stringify(document_, null, 2);
  if (!answer.ok) throw new Error(document_.detail ?? answer.statusText);
  const seconds = ((performance.now() - began) / 1000).toFixed(2);
  const features = document_.type === "FeatureCollection" ? document_.features : null;
  const sentence = features ? form.dataset.done.replace("{n}", features.length) : form.dataset.plain;
  said.textContent = sentence.replace("{s}", seconds);
  const box = features && boxOf(features);
  if (!map || !box) return;
  draw(map, { features: features.filter((feature) => feature.geometry) });
  map.fitBounds([[box[0], box[1]], [box[2], box[3]]], { padding: 40, maxZoom: 17 });
}

/** Buttons that let the next press on the map fill their field; Enter on the map takes its middle. */
function offerPicking(map) {
  let picking = null;
  const end = () => {
    picking?.setAttribute("aria-pressed", "false");
    picking = null;
    map.getCanvas().style.cursor = "";
  };
  const take = ({ lng, lat }) => {
    if (!picking) return;
    const field = document.getElementById(picking.dataset.for);
    field.value = `${lng.toFixed(5)}, ${lat.toFixed(5)}`;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    said.textContent = field.value;
    picking.focus();
    end();
  };
  for (const button of form.querySelectorAll(".pick")) {
    button.disabled = false;
    button.addEventListener("click", () => {
      const again = picking === button;
      end();
      if (again) return;
      picking = button;
      button.setAttribute("aria-pressed", "true");
      map.getCanvas().style.cursor = "crosshair";
      said.textContent = form.dataset.pick;
      element.scrollIntoView({ block: "nearest" });
      map.getCanvas().focus({ preventScroll: true });
    });
  }
  map.on("click", ({ lngLat }) => take(lngLat));
  map.getCanvas().addEventListener("keydown", (event) => {
    if (!picking || !["Enter", "Escape"].includes(event.key)) return;
    event.preventDefault(); // the button that is focused next would be pressed by the same key
    if (event.key === "Enter") take(map.getCenter());
    else end();
  });
}

const opening = openMap(element).then((map) => {
  offerPicking(map);
  element.dataset.ready = "true";
  return map;
}, (error) => {
  element.hidden = true;
  console.error(error);
  return null;
});

form.addEventListener("input", showCommand);
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await run(await opening);
  } catch (error) {
    said.textContent = "";
    fault.textContent = `${form.dataset.failed} ${error.message}`;
    fault.hidden = false;
  }
  document.getElementById("result").scrollIntoView({ block: innerWidth < 800 ? "start" : "nearest" });
});
showCommand();
