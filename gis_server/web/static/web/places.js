// Finding a place by its name, kana or address, or by its coordinates.

import { fetchJson } from "./features.js";
import { t } from "./i18n.js";
import { page } from "./page.js";

const MOST = 8;
const JAPAN = { west: 122, east: 154, south: 20, north: 46 };

/** A thing that reaches farther than this is no position to start from, even if it is the very thing that was named. */
const WIDE_M = 100;

/**
 * What a search finds.
 *
 * @typedef {object} Place
 * @property {number} lon
 * @property {number} lat
 * @property {string} name
 * @property {string} [address]
 * @property {string} [kinds] what it is, in words
 * @property {{layer: string, feature: string}[]} [roles] the features that are this place
 * @property {number} [around] metres; only where the position is not the place itself
 * @property {string} [certainty] what the position stands for, in words
 * @property {string} [unmatched] the part of an address that is not known
 */

/**
 * Places that the text names, or the one that its coordinates name; those near `near` first among equals.
 *
 * @param {string} text
 * @param {{near?: {lng: number, lat: number}, signal?: AbortSignal}} options
 * @returns {Promise<Place[]>}
 */
export async function search(text, { near, signal } = {}) {
  const typed = coordinates(text);
  if (typed) return [typed];
  if (!text.trim()) return [];
  const query = new URLSearchParams({ q: text.trim(), limit: MOST, lang: page.language });
  if (near) query.set("near", `${near.lng.toFixed(4)},${near.lat.toFixed(4)}`);
  const { features } = await fetchJson(`/places/?${query}`, signal ? { signal } : {});
  return features.map(placeOf);
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
  return { lon, lat, name: t("search.point", { lat: lat.toFixed(5), lon: lon.toFixed(5) }) };
}

function placeOf({ geometry, properties }) {
  const [lon, lat] = geometry.coordinates;
  const { name, address, roles, unmatched } = properties;
  const kinds = [...new Set(roles.map((role) => role.kind_title))].join("・");
  const place = { lon, lat, name, address: address ?? "", kinds, roles, unmatched: unmatched ?? "" };
  if (properties.is_exact && properties.accuracy_m <= WIDE_M) return place;
  const certainty = properties.is_exact ? t("search.wide") : properties.certainty_text;
  return { ...place, around: properties.accuracy_m, certainty };
}
