// What the server told this page, and the ways in which the page speaks to its reader.

/** City, language, layers' words, user: see gis_server/web/page_data.py. */
export const page = JSON.parse(document.getElementById("page-data").textContent);

/** An element of the page that must be there. */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no element ${id}`);
  return element;
}

/**
 * Make an element. Attributes that are null or false are left out; those that begin with "on" are listeners.
 * Children that are strings become text, never markup.
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Show or hide, by the attribute `hidden`. */
export function show(element, visible) {
  element.hidden = !visible;
}

/** Read out once the reader's program is free; `urgent` interrupts it. */
export function say(words, { urgent = false } = {}) {
  const region = byId(urgent ? "alarm" : "live");
  region.textContent = "";
  requestAnimationFrame(() => { region.textContent = words; });
}

/** Whether the reader asked for less motion. */
export function isCalm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Whether the sheet lies at the bottom (phone) rather than at the side. */
export function isNarrow() {
  return matchMedia("(max-width: 799px)").matches;
}

/** The language switch and the way to sign in keep what the address says by now, not what it said at first. */
function keepAddress() {
  const language = document.getElementById("language-switch");
  language.addEventListener("click", () => {
    const address = new URL(location.href);
    address.searchParams.set("lang", language.hreflang);
    language.href = address.href;
  });
  for (const link of document.querySelectorAll('a[href^="/sign-in/"]')) {
    link.addEventListener("click", () => { link.href = `/sign-in/?next=${encodeURIComponent(location.pathname + location.search)}`; });
  }
}

keepAddress();
