// The words of the pages in the reader's language: the same catalogues as the templates use.

import { page } from "./page.js";

const answer = await fetch(`/static/web/i18n/${page.language}.json`);
const words = await answer.json();

/** The words behind a key; names in braces are replaced. A key without words shows itself, so that it is noticed. */
export function t(key, values = {}) {
  const found = words[key];
  if (found === undefined) {
    console.error(`no words for ${key}`);
    return key;
  }
  return found.replace(/\{(\w+)\}/g, (hole, name) => (name in values ? String(values[name]) : hole));
}

/** The title of a layer's field. */
export function fieldTitle(layer, field) {
  return page.layers[layer]?.fields[field]?.title ?? field;
}

/** What a code of a field means. */
export function codeTitle(layer, field, code) {
  return page.layers[layer]?.fields[field]?.codes[String(code)] ?? String(code ?? "");
}
