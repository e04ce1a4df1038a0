// Times, absolute and relative: 「14:05（3分前）」.

import { t } from "./i18n.js";
import { page } from "./page.js";

const CLOCK = new Intl.DateTimeFormat(page.language, { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Tokyo" });
const DAY = new Intl.DateTimeFormat(page.language, { month: "short", day: "numeric", timeZone: "Asia/Tokyo" });

/** "14:05", with the day before it unless it is today's. */
export function clock(moment, now = new Date()) {
  const date = new Date(moment);
  const time = CLOCK.format(date);
  return DAY.format(date) === DAY.format(now) ? time : `${DAY.format(date)} ${time}`;
}

/** "3分前", or nothing within the last minute. */
export function ago(moment, now = new Date()) {
  const minutes = Math.floor((now - new Date(moment)) / 60_000);
  if (minutes < 1) return t("time.just_now");
  if (minutes < 60) return t("time.minutes_ago", { count: minutes });
  if (minutes < 48 * 60) return t("time.hours_ago", { count: Math.floor(minutes / 60) });
  return t("time.days_ago", { count: Math.floor(minutes / 1440) });
}

/** "14:05（3分前）" */
export function clockAndAgo(moment) {
  return t("time.both", { clock: clock(moment), ago: ago(moment) });
}

/** A length as people say it: to 10 m, from 1 km in tenths. */
export function lengthText(metres) {
  if (metres < 995) return t("unit.metres", { count: Math.max(10, Math.round(metres / 10) * 10) });
  return t("unit.kilometres", { count: (metres / 1000).toFixed(1) });
}

/** An area as people say it. */
export function areaText(squareMetres) {
  if (squareMetres < 10_000) return t("unit.square_metres", { count: Math.round(squareMetres).toLocaleString(page.language) });
  return t("unit.hectares", { count: (squareMetres / 10_000).toFixed(1) });
}
