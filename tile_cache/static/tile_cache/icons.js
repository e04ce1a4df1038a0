// The product's pictograms on a MapLibre map: SVG files, drawn by the browser for the sharpness of its screen.

const FOLDER = new URL("./icons/", import.meta.url);
const PIXEL_RATIO = 2;

/**
 * Give the map every pictogram that its style names, now and whenever the style asks for another.
 *
 * @param {import("maplibre-gl").Map} map
 * @returns {Promise<void>} settled when those of the present style are there
 */
export async function loadIcons(map) {
  map.on("styleimagemissing", (event) => addIcon(map, event.id));
  if (!map.isStyleLoaded()) await new Promise((resolve) => map.once("styledata", resolve));
  await Promise.all(imageNames(map.getStyle()).map((name) => addIcon(map, name)));
}

/**
 * The pictogram as pixels.
 *
 * @param {string} name
 * @returns {Promise<ImageData>}
 */
export async function drawIcon(name) {
  const image = new Image();
  image.src = new URL(`${encodeURIComponent(name)}.svg`, FOLDER).href;
  await image.decode();
  const [width, height] = [image.naturalWidth * PIXEL_RATIO, image.naturalHeight * PIXEL_RATIO];
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

async function addIcon(map, name) {
  if (map.hasImage(name)) return;
  try {
    const pixels = await drawIcon(name);
    if (!map.hasImage(name)) map.addImage(name, pixels, { pixelRatio: PIXEL_RATIO });
  } catch (error) {
    console.warn(`the pictogram ${name} is missing`, error);
  }
}

function imageNames(style) {
  const named = style.layers.flatMap((layer) => [layer.layout?.["icon-image"], layer.paint?.["fill-pattern"]]);
  return [...new Set(named.filter((name) => typeof name === "string"))];
}
