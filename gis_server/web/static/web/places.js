// Finding a place by its name or its coordinates, among what the city itself knows.

import { fetchFeatures } from "./features.js";
import { t } from "./i18n.js";
import { el, page, say, show } from "./page.js";

const SEARCHED = ["evacuation-sites", "shelters", "facilities", "towns"];
const MOST = 8;
const JAPAN = { west: 122, east: 154, south: 20, north: 46 };

let everywhere = null;

/**
 * Let an input find places.
 *
 * @param {HTMLInputElement} input
 * @param {HTMLElement} list
 * @param {(place: {lon: number, lat: number, name: string, id?: string}) => void} onChosen
 */
export function searchable(input, list, onChosen) {
  const answer = async () => {
    const places = await search(input.value);
    list.replaceChildren(...places.map((place) => item(place, () => choose(place))));
    if (input.value.trim() && !places.length) list.append(el("li", { class: "quiet" }, t("search.nothing")));
    show(list, input.value.trim() !== "");
    if (input.value.trim()) say(t("search.count", { count: places.length }));
  };
  const choose = (place) => {
    input.value = "";
    show(list, false);
    onChosen(place);
  };
  input.addEventListener("input", answer);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      list.querySelector("button")?.click();
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      list.querySelector("button")?.focus();
    }
  });
}

/** Places whose names hold all the words, or the place that the coordinates name. */
export async function search(text) {
  const typed = coordinates(text);
  if (typed) return [typed];
  const words = plain(text).split(" ").filter(Boolean);
  if (!words.length) return [];
  everywhere ??= read();
  const places = await everywhere;
  return places.filter((place) => words.every((word) => place.key.includes(word))).slice(0, MOST);
}

/**
 * A place from two numbers, in either order where Japan leaves no doubt; otherwise latitude first, as people write it.
 */
export function coordinates(text) {
  const match = /^\s*(-?\d{1,3}(?:\.\d+)?)\s*[,，、\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/.exec(text.normalize("NFKC"));
  if (!match) return null;
  let [lat, lon] = [Number(match[1]), Number(match[2])];
  if (lat >= JAPAN.west && lat <= JAPAN.east && lon >= JAPAN.south && lon <= JAPAN.north) [lat, lon] = [lon, lat];
  if (Math.abs(lat) > 90 || Math.abs(lon) > 180) return null;
  return { lon, lat, name: t("search.point", { lat: lat.toFixed(5), lon: lon.toFixed(5) }), kind: "" };
}

async function read() {
  const lists = await Promise.all(SEARCHED.map((layer) => fetchFeatures(layer).catch(() => [])));
  return lists.flatMap((features, index) => features.map((feature) => placeOf(SEARCHED[index], feature)));
}

function placeOf(layer, feature) {
  const [lon, lat] = feature.geometry.coordinates;
  const { name, address = "" } = feature.properties;
  const id = layer === "evacuation-sites" ? feature.id : undefined;
  return { lon, lat, name, address, id, kind: page.layers[layer].title, key: plain(`${name} ${address}`) };
}

function plain(text) {
  return text.normalize("NFKC").toLowerCase().replace(/[\s・（）()「」]+/g, " ").trim();
}

function item(place, onclick) {
  const more = [place.kind, place.address].filter(Boolean).join(" · ");
  return el("li", {}, el("button", { type: "button", class: "found-item", onclick }, el("strong", {}, place.name), more && el("small", {}, more)));
}
