// The features of the picture as entries of a list, and one of them in full.

import { codeTitle, fieldTitle, t } from "./i18n.js";
import { marks } from "./navi_words.js";
import { el, page } from "./page.js";
import { clockAndAgo } from "./time.js";

const TITLE_FIELDS = { "damage-areas": "kind", closures: "restriction", "damage-reports": "title" };
const SYSTEM = ["city_code", "source", "version", "changed_at", "place_number", "id"];

/** What a feature is called. */
export function titleOf(layer, { properties }) {
  const field = TITLE_FIELDS[layer] ?? "name";
  return codeTitle(layer, field, properties[field]);
}

/** A feature in a list. */
export function entryOf(layer, feature, { onChosen, isWaiting }) {
  const { properties } = feature;
  const status = properties.status ? codeTitle(layer, "status", properties.status) : openingOf(layer, properties);
  const more = properties.description || properties.road_name || properties.address || "";
  const isOver = ["resolved", "rejected"].includes(properties.status);
  const blocks = !isOver && (properties.blocks_walking || properties.applies_to_walkers);
  return el("li", { class: isOver ? "entry is-over" : "entry", "data-id": feature.id },
    el("button", { type: "button", class: "entry-button", onclick: onChosen },
      el("span", { class: `entry-sign sign-${layer}`, "aria-hidden": "true" }),
      el("span", { class: "entry-words" },
        el("strong", {}, titleOf(layer, feature)),
        more && el("span", { class: "entry-more" }, more),
        el("span", { class: "entry-state" },
          status && el("span", { class: "tag" }, status),
          blocks && el("span", { class: "tag is-danger" }, t("disaster.blocked")),
          isWaiting && el("span", { class: "tag" }, t("send.not_yet")),
          el("time", { datetime: properties.changed_at }, clockAndAgo(properties.observed_at ?? properties.changed_at))))));
}

function openingOf(layer, properties) {
  return properties.opening_status ? codeTitle(layer, "opening_status", properties.opening_status) : "";
}

/** Everything that may be known about a feature; for who may edit, the actions. */
export function detailOf(layer, feature, { onEdit = null, onStatus = null }) {
  const { properties } = feature;
  const isActive = properties.status === "active";
  return [
    el("p", { class: "detail-name" }, titleOf(layer, feature)),
    layer === "evacuation-sites" && marks(Object.keys(page.hazards).filter((name) => properties[name])),
    el("dl", { class: "facts" }, facts(layer, properties)),
    layer === "evacuation-sites" && el("p", {}, el("a", { class: "button wide", href: "/navi/" }, t("portal.question_go"))),
    onEdit && el("div", { class: "actions detail-actions" },
      el("button", { type: "button", class: "button", onclick: onEdit }, t("disaster.edit")),
      el("button", { type: "button", class: isActive ? "button danger" : "button", onclick: () => onStatus(isActive ? "resolved" : "active") },
        t(isActive ? "disaster.resolve" : "disaster.reopen"))),
  ].filter(Boolean);
}

function facts(layer, properties) {
  const fields = Object.keys(page.layers[layer].fields).filter((name) => !SYSTEM.includes(name) && name !== TITLE_FIELDS[layer]);
  const shown = fields.filter((name) => !(name in page.hazards) && name !== "name" && known(properties[name]));
  const rows = shown.map((name) => fact(fieldTitle(layer, name), valueOf(layer, name, properties[name])));
  return [...rows, fact(t("disaster.changed_at"), clockAndAgo(properties.changed_at))];
}

function known(value) {
  return value !== null && value !== undefined && value !== "" && value !== false;
}

function fact(title, value) {
  return el("div", {}, el("dt", {}, title), el("dd", {}, value));
}

function valueOf(layer, name, value) {
  if (value === true) return t("disaster.yes");
  if (name.endsWith("_at")) return clockAndAgo(value);
  const unit = page.layers[layer].fields[name].unit;
  return codeTitle(layer, name, value) + (unit ? ` ${unit}` : "");
}
