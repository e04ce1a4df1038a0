/* Where a collection has features, as a box on the map. */

import { draw, openMap } from "./map.js";

const element = document.getElementById("extent-map");
const [west, south, east, north] = element.dataset.extent.split(",").map(Number);

async function show() {
  const map = await openMap(element, [west, south, east, north]);
  const ring = [[west, south], [east, south], [east, north], [west, north], [west, south]];
  draw(map, { features: [{ type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } }] });
  await map.once("idle");
  element.dataset.ready = "true";
}

show().catch((error) => {
  element.hidden = true;
  document.getElementById("extent-map-missing").hidden = false;
  console.error(error);
});
