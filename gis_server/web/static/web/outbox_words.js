// Where the drawer's work is: on the device, on its way, with the server, or in need of a decision.

import { titleOf } from "./disaster_words.js";
import { t } from "./i18n.js";
import { CONFLICT, REFUSED, WAITING } from "./outbox.js";
import { el } from "./page.js";
import { clock, clockAndAgo } from "./time.js";

/** The one line that never leaves the screen. `draftKept`: null without a draft, false where the device is full. */
export function sendState(outbox, draftKept) {
  const { entries } = outbox;
  const [conflicts, refused, waiting] = [CONFLICT, REFUSED, WAITING].map((state) => entries.filter((entry) => entry.state === state).length);
  if (conflicts) return [line("is-danger", t("send.conflict"))];
  if (refused) return [line("is-danger", t("send.refused", { count: refused }))];
  if (waiting && outbox.needsSignIn) return [line("is-danger", t("send.sign_in")), el("a", { href: "/sign-in/?next=/disaster/" }, t("site.sign_in"))];
  if (waiting && outbox.isSending && navigator.onLine) return [line("is-busy", t("send.sending"))];
  if (waiting) return [line("is-busy", t("send.waiting", { count: waiting }))];
  if (draftKept === false) return [line("is-danger", t("draw.no_room"))];
  if (draftKept) return [line("is-busy", t("send.draft"))];
  if (outbox.sentAt) return [line("is-good", [t("send.sent", { clock: clock(outbox.sentAt) }), ...outbox.notices].join(" "))];
  return [line("", t("send.idle"))];
}

function line(kind, words) {
  return el("span", { class: `send-words ${kind}` }, words);
}

/** What waits for a decision, with both sides of a conflict. */
export function outboxCards(entries, outbox, { onFix }) {
  return entries.filter((entry) => entry.state !== WAITING).map((entry) => (entry.state === CONFLICT ? conflictCard(entry, outbox) : refusedCard(entry, outbox, onFix)));
}

function conflictCard(entry, outbox) {
  const { theirs } = entry;
  const drop = () => outbox.drop(entry.key);
  if (!theirs) return card(t("send.gone"), [], [button("send.drop", drop)]);
  const version = theirs.properties.version;
  return card(t("send.conflict_title", { name: titleOf(entry.layer, theirs) }), [
    fact(t("send.theirs", { when: clockAndAgo(theirs.properties.changed_at) }), summary(entry.layer, theirs.properties)),
    fact(t("send.mine", { when: clockAndAgo(entry.at) }), summary(entry.layer, { ...theirs.properties, ...entry.properties }) + (entry.geometry ? ` ${t("send.shape_too")}` : "")),
  ], [button("send.keep_theirs", drop), button("send.keep_mine", () => outbox.insist(entry.key, version))]);
}

function refusedCard(entry, outbox, onFix) {
  return card(t("send.refused_title"), [el("p", {}, entry.detail)], [
    button("send.fix", () => onFix(entry)), button("send.drop", () => outbox.drop(entry.key)),
  ]);
}

function card(title, content, buttons) {
  return el("div", { class: "notice danger decision", role: "group", "aria-label": title },
    el("p", {}, el("strong", {}, title)), content, el("div", { class: "actions" }, buttons));
}

function fact(title, words) {
  return el("p", {}, el("strong", {}, title), el("br"), words);
}

function summary(layer, properties) {
  return [titleOf(layer, { properties }), properties.description, properties.status === "resolved" ? t("disaster.is_resolved") : t("disaster.is_active")].filter(Boolean).join("・");
}

function button(key, onclick) {
  return el("button", { type: "button", class: "button small", onclick }, t(key));
}
