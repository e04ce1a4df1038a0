// The answers of the routing processes as lists that need no map.

import { codeTitle, t } from "./i18n.js";
import { el, page } from "./page.js";
import { clock, lengthText } from "./time.js";

/** The candidates as cards, nearest first. */
export function candidateCards(sites, ways, hazard, onChosen) {
  return sites.map((site) => {
    const { properties } = site;
    const way = ways.find((candidate) => candidate.properties.site === properties.id);
    return el("li", { class: "candidate", "data-site": properties.id },
      el("button", { type: "button", class: "candidate-button", onclick: () => onChosen(properties.id) },
        el("span", { class: "candidate-head" },
          el("span", { class: "rank", "aria-hidden": "true" }, String(properties.rank)),
          el("strong", {}, properties.name)),
        el("span", { class: properties.walking ? "candidate-far" : "candidate-far is-danger" }, properties.summary),
        el("span", { class: "candidate-go" }, t("navi.show_route"))),
      marks(properties.hazards, hazard),
      opening(properties),
      notices(way?.properties.warnings ?? [], "notice"));
  });
}

/** Designated or not, hazard by hazard: the asked one first; by sign and word, never by colour alone. */
export function marks(designated, first) {
  const names = Object.keys(page.hazards).sort((a, b) => (b === first) - (a === first));
  return el("ul", { class: "marks" }, names.map((name) => {
    const yes = designated.includes(name);
    return el("li", { class: yes ? "is-yes" : "is-no" },
      el("span", {}, page.hazards[name]),
      el("span", { "aria-hidden": "true" }, yes ? " ○" : " ×"),
      el("span", { class: "only-read" }, t(yes ? "navi.designated" : "navi.not_designated")));
  }));
}

function opening(properties) {
  const status = codeTitle("evacuation-sites", "opening_status", properties.opening_status);
  const crowding = properties.crowding ? codeTitle("evacuation-sites", "crowding", properties.crowding) : "";
  const words = [t("navi.opening", { status }), crowding, properties.as_of ? t("navi.as_of", { clock: clock(properties.as_of) }) : ""];
  return el("p", { class: "quiet opening" }, words.filter(Boolean).join(" · "));
}

/** Sites to which nobody is sent now, with the reason. */
export function excludedSites(excluded = []) {
  if (!excluded.length) return [];
  return [el("details", { class: "more", open: true }, el("summary", {}, t("navi.excluded", { count: excluded.length })),
    el("ul", {}, excluded.map((site) => el("li", {}, el("strong", {}, site.name), ` ${site.reason}`))))];
}

/** A route: its measure, its weak points, its steps. */
export function routeSteps(features, hazard, onStep) {
  const [overview] = features;
  const segments = features.filter((feature) => feature.properties.featureType === "segment");
  const end = features.at(-1);
  const { properties } = overview;
  return [
    el("p", { class: "route-measure" }, el("strong", {}, t("navi.minutes", { count: properties.minutes })), " ", lengthText(properties.length_m)),
    properties.site && marks(properties.site.hazards, hazard),
    properties.site && opening(properties.site),
    notices(properties.warnings, "notice"),
    properties.unknowns.length > 0 && el("details", { class: "more" },
      el("summary", {}, t("navi.unknowns")),
      el("ul", {}, properties.unknowns.map((unknown) => el("li", {}, unknown.text)))),
    el("h3", {}, t("navi.steps")),
    el("ol", { class: "steps" },
      segments.map((segment) => el("li", {},
        el("button", { type: "button", class: "step", onclick: () => onStep(segment) }, segment.properties.instruction))),
      el("li", { class: "arrival" }, end.properties.instruction)),
    el("p", { class: "quiet" }, t("navi.computed", { clock: clock(properties.computed_at) })),
  ].filter(Boolean);
}

/** Why there is no answer: what is in the way, and what one can do. */
export function failure(error, onBlocker = null, onOthers = null) {
  const { problem } = error;
  const blockers = unique(problem?.blockers ?? []);
  return el("div", { class: "failure" },
    el("p", { class: "notice danger" }, problem ? error.message : t("navi.no_answer_advice")),
    blockers.length > 0 && el("h3", {}, t("navi.in_the_way")),
    blockers.length > 0 && el("ul", { class: "blockers" }, blockers.map((blocker) => blockerItem(blocker, onBlocker))),
    onOthers && el("button", { type: "button", class: "button primary wide", onclick: onOthers }, t("navi.others")));
}

function blockerItem(blocker, onBlocker) {
  const words = [blocker.title, blocker.name && t("navi.on_street", { name: blocker.name }), blocker.as_of && t("navi.as_of", { clock: clock(blocker.as_of) })];
  const canShow = onBlocker && blocker.reason === "blocked";
  return el("li", {}, words.filter(Boolean).join(" · "),
    canShow && el("button", { type: "button", class: "button small", onclick: () => onBlocker(blocker) }, t("navi.show_on_map")));
}

/** One entry for each area and street, however many of its links are hit. */
function unique(blockers) {
  const seen = new Map(blockers.map((blocker) => [`${blocker.layer}/${blocker.reason === "blocked" ? blocker.id : ""}/${blocker.title}/${blocker.name}`, blocker]));
  return [...seen.values()];
}

function notices(entries, kind) {
  return entries.length > 0 && el("ul", { class: `notices ${kind}` }, entries.map((entry) => el("li", {}, entry.text)));
}
