// The theme of the page, and the styles in it: light, dark, and both in high contrast.

const DARK = matchMedia("(prefers-color-scheme: dark)");
const CONTRAST = matchMedia("(prefers-contrast: more)");

/** Name of the theme that the reader prefers, as the server calls it. */
export function themeName() {
  if (CONTRAST.matches) return DARK.matches ? "contrast-dark" : "contrast";
  return DARK.matches ? "dark" : "light";
}

/** The address of a style of this server in the reader's theme: `/tiles/styles/base.json` becomes `…/base-dark.json`. */
export function themed(address) {
  const theme = themeName();
  return theme === "light" ? address : address.replace(/(\/tiles\/styles\/[a-z]+)\.json/, `$1-${theme}.json`);
}

/** Call back whenever the reader's preference changes. */
export function onThemeChange(changed) {
  for (const preference of [DARK, CONTRAST]) preference.addEventListener("change", () => changed(themeName()));
}

/** Give a map the colours, patterns and pictograms of another style that has the same layers. */
export function repaint(map, style) {
  if (style.sprite && map.getSprite()[0]?.url !== style.sprite) map.setSprite(style.sprite);
  for (const { id, paint = {}, layout = {} } of style.layers) {
    if (!map.getLayer(id)) continue;
    for (const [name, value] of Object.entries(paint)) map.setPaintProperty(id, name, value);
    for (const [name, value] of Object.entries(layout)) {
      if (name !== "visibility") map.setLayoutProperty(id, name, value);
    }
  }
}
