// The ground in the dark: the same colours with their lightness turned round.

const HALO = "#14161a";

/** A style layer whose colours are turned round. */
export function darkened(layer) {
  if (!layer.paint) return layer;
  const paint = Object.fromEntries(
    Object.entries(layer.paint).map(([name, value]) => [name, colourOf(name, value)]),
  );
  return { ...layer, paint };
}

function colourOf(name, value) {
  if (name === "text-halo-color") return HALO;
  return name.endsWith("-color") ? turned(value) : value;
}

function turned(value) {
  if (Array.isArray(value)) return value.map(turned);
  return typeof value === "string" && /^#[0-9a-f]{6}$/i.test(value) ? turnedColour(value) : value;
}

/** White becomes near black, black a light grey; the hue stays. */
function turnedColour(hex) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
  const [high, low] = [Math.max(red, green, blue), Math.min(red, green, blue)];
  const lightness = (high + low) / 2;
  const spread = high - low;
  const saturation = spread === 0 ? 0 : spread / (1 - Math.abs(2 * lightness - 1));
  let hue = 0;
  if (spread > 0 && high === red) hue = ((green - blue) / spread + 6) % 6;
  else if (spread > 0 && high === green) hue = (blue - red) / spread + 2;
  else if (spread > 0) hue = (red - green) / spread + 4;
  const dark = 0.09 + (1 - lightness) * 0.72;
  return `hsl(${Math.round(hue * 60)}, ${Math.round(saturation * (spread < 0.06 ? 12 : 50))}%, ${Math.round(dark * 100)}%)`;
}
