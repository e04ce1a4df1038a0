// One symbol of the legend as a small drawing: what lies on one another on the map lies on one another here.

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [44, 30];
const WIDEST_LINE = 9;
let patterns = 0;

/** An SVG element with the symbols from the bottom up. The words beside it say what it means. */
export function swatch(symbols) {
  const isArea = symbols.some(({ type }) => type === "fill");
  const children = symbols.flatMap((symbol) => (isArea && symbol.type === "line" ? [edge(symbol)] : DRAW[symbol.type](symbol)));
  return svg("svg", { class: "swatch", width: WIDTH, height: HEIGHT, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" }, children);
}

const DRAW = {
  fill: ({ color, opacity, outline, image }) => (image ? patterned(image) : [box({ fill: color, "fill-opacity": opacity, ...(outline ? { stroke: outline } : {}) })]),
  line: ({ color, width, dash }) => [svg("path", {
    d: `M3 ${HEIGHT / 2} H${WIDTH - 3}`, fill: "none", stroke: color, "stroke-width": Math.min(width, WIDEST_LINE),
    ...(dash.length ? { "stroke-dasharray": dash.join(" ") } : {}),
  })],
  circle: ({ color, outline, size }) => [svg("circle", { cx: WIDTH / 2, cy: HEIGHT / 2, r: Math.max(size / 2, 4), fill: color, stroke: outline, "stroke-width": 1.5 })],
  icon: ({ image }) => [svg("image", { href: image, x: (WIDTH - HEIGHT) / 2, y: 0, width: HEIGHT, height: HEIGHT })],
  text: ({ color, halo }) => {
    const letters = svg("text", { x: WIDTH / 2, y: 21, "text-anchor": "middle", "font-size": 16, fill: color, stroke: halo, "stroke-width": 3, "paint-order": "stroke" });
    letters.textContent = "文字";
    return [letters];
  },
};

function patterned(image) {
  const id = `pattern-${++patterns}`;
  const tile = svg("pattern", { id, width: 12, height: 12, patternUnits: "userSpaceOnUse" }, [svg("image", { href: image, width: 12, height: 12 })]);
  return [tile, box({ fill: `url(#${id})` })];
}

function edge({ color, width }) {
  return box({ fill: "none", stroke: color, "stroke-width": Math.min(width, 2) });
}

function box(members) {
  return svg("rect", { x: 1, y: 1, width: WIDTH - 2, height: HEIGHT - 2, rx: 3, ...members });
}

function svg(tag, members, children = []) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(members)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}
