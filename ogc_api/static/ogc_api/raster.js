/* The page of a raster: where it lies, and its value at a point that is typed or tapped. */

import * as maplibre from "/static/vendor/maplibre-gl/maplibre-gl.mjs";

const ACCENT = "#0b4bc2";
const DIGITS = 6;
const DECIMALS = 2;

const form = document.getElementById("raster-point");
const field = document.getElementById("raster-coords");
const output = document.getElementById("raster-value");

/** The words for an answer: the value with its unit, or why there is none. */
async function readValue(url) {
  const response = await fetch(url, { headers: { Accept: "application/geo+json" } });
  if (response.status === 204) return form.dataset.outside;
  const document = await response.json();
  if (!response.ok) return document.detail ?? form.dataset.failed;
  const value = document.features[0].properties[form.dataset.band];
  return value === null ? form.dataset.nothing : `${Number(value.toFixed(DECIMALS))} ${form.dataset.unit}`.trim();
}

let asked = 0;

async function showValue() {
  const url = new URL(form.action);
  url.search = new URLSearchParams({ coords: field.value, f: "geojson" });
  document.getElementById("raster-request").textContent = url.href;
  const turn = ++asked;
  const text = await readValue(url).catch(() => form.dataset.failed);
  if (turn === asked) output.textContent = text;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  showValue();
});

function showMap(element) {
  const outline = JSON.parse(element.dataset.outline);
  const bounds = new maplibre.LngLatBounds();
  for (const position of outline.coordinates[0]) bounds.extend(position);
  const map = new maplibre.Map({
    container: element,
    style: element.dataset.style,
    bounds,
    fitBoundsOptions: { padding: 32, maxZoom: 16 },
    cooperativeGestures: true,
    attributionControl: { compact: true },
  });
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  const marker = new maplibre.Marker({ color: ACCENT });
  map.on("click", ({ lngLat }) => {
    marker.setLngLat(lngLat).addTo(map);
    field.value = `POINT(${lngLat.lng.toFixed(DIGITS)} ${lngLat.lat.toFixed(DIGITS)})`;
    showValue();
  });
  map.on("load", () => {
    map.addSource("outline", { type: "geojson", data: outline });
    map.addLayer({ id: "inside", type: "fill", source: "outline", paint: { "fill-color": ACCENT, "fill-opacity": 0.12 } });
    map.addLayer({ id: "edge", type: "line", source: "outline", paint: { "line-color": ACCENT, "line-width": 2.5 } });
    element.dataset.ready = "true";
  });
}

const element = document.getElementById("raster-map");
try {
  showMap(element);
} catch (error) {
  element.hidden = true;
  document.getElementById("raster-map-missing").hidden = false;
  console.error(error);
}
