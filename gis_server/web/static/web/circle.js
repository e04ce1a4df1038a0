// A circle on the map, as a polygon.

const CORNERS = 48;
const METRES_PER_DEGREE = 111_320;

/** The ring of points `metres` around a place. */
export function circle({ lon, lat }, metres) {
  const [dy, dx] = [metres / METRES_PER_DEGREE, metres / (METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180))];
  const ring = Array.from({ length: CORNERS + 1 }, (_, index) => {
    const angle = (index / CORNERS) * 2 * Math.PI;
    return [lon + dx * Math.cos(angle), lat + dy * Math.sin(angle)];
  });
  return { type: "Polygon", coordinates: [ring] };
}
