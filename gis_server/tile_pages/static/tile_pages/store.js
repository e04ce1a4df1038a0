// The stored tiles as squares: the colour and the number in each say its class, the second line its age or uses.

import * as maplibre from "/static/vendor/maplibre-gl/maplibre-gl.mjs";

const COLOURS = ["#fff3c4", "#8fd3c8", "#2b7bba", "#3b1f6b"];
const UNITS = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];
const language = document.documentElement.lang;

async function json(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

/** "3 hours ago" in the page's language. */
function ago(seconds) {
  const [length, unit] = UNITS.find(([length]) => seconds >= length) ?? UNITS.at(-1);
  return new Intl.RelativeTimeFormat(language, { style: "short" }).format(-Math.floor(seconds / length), unit);
}

function uses(count) {
  const number = new Intl.NumberFormat(language).format(count);
  return language === "en" ? `${number} ×` : `${number}回`;
}

/** Each square with what its label says. */
function labelled({ features }, by) {
  return features.map((feature) => {
    const { properties } = feature;
    const words = by === "age" ? ago(properties.age_s) : uses(properties.hits);
    const rank = properties[`${by}_class`];
    return { ...feature, properties: { ...properties, rank, number: String(rank + 1), words } };
  });
}

function boundsOf(features) {
  const bounds = new maplibre.LngLatBounds();
  for (const { geometry } of features) for (const place of geometry.coordinates[0]) bounds.extend(place);
  return bounds;
}

const rankOf = (values) => ["match", ["get", "rank"], ...values.slice(0, -1).flatMap((value, rank) => [rank, value]), values.at(-1)];
const TEXT = { "text-color": "#1a1c20", "text-halo-color": "#ffffff", "text-halo-width": 2 };
const LAYERS = [
  { id: "squares", type: "fill", paint: { "fill-color": rankOf(COLOURS), "fill-opacity": 0.6 } },
  { id: "edges", type: "line", paint: { "line-color": "#1a1c20", "line-width": 1.5 } },
  {
    id: "numbers", type: "symbol", paint: TEXT,
    layout: { "text-field": ["get", "number"], "text-size": 14, "text-font": ["sans-serif"], "text-offset": [0, -0.6], "text-allow-overlap": true },
  },
  {
    id: "words", type: "symbol", paint: TEXT, // where the squares are too small for words, the number alone stays
    layout: { "text-field": ["get", "words"], "text-size": 13, "text-font": ["sans-serif"], "text-offset": [0, 0.7] },
  },
];

async function show(element) {
  const [style, data] = await Promise.all([json(`/tiles/styles/base.json?lang=${language}`), json(element.dataset.features)]);
  const features = labelled(data, element.dataset.by);
  const bounds = boundsOf(features);
  const map = new maplibre.Map({
    container: element, style, cooperativeGestures: true, attributionControl: { compact: true },
    ...(bounds.isEmpty() ? {} : { bounds, fitBoundsOptions: { padding: 30, maxZoom: 17 } }),
  });
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  await new Promise((resolve) => map.once("style.load", resolve));
  map.addSource("stored", { type: "geojson", data: { type: "FeatureCollection", features } });
  for (const layer of LAYERS) map.addLayer({ source: "stored", ...layer });
  map.on("click", "squares", (event) => {
    const { tile, bytes, hits, age_s: age } = event.features[0].properties;
    const kilobytes = new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(bytes / 1000);
    new maplibre.Popup().setLngLat(event.lngLat).setText(`${tile}: ${kilobytes} kB, ${uses(hits)}, ${ago(age)}`).addTo(map);
  });
  map.once("idle", () => {
    element.dataset.squares = String(features.length);
    element.dataset.ready = "true";
  });
}

const element = document.getElementById("store-map");
show(element).catch((error) => {
  element.hidden = true;
  document.getElementById("map-missing").hidden = false;
  console.error(error);
});
