// The shape being drawn: corners that can be added, moved, removed, undone. Knows neither the map nor the page.

const EARTH_RADIUS_M = 6_371_008.8;
const UNDO_STEPS = 200;

/**
 * A multipolygon in the making. Rings are kept open: the last corner joins the first by itself.
 * Fires `change` whenever the shape is another.
 */
export class Sketch extends EventTarget {
  #polygons;
  #past = [];
  #future = [];

  /** @param {number[][][][]} polygons rings of corners (longitude, latitude), not closed */
  constructor(polygons = [[[]]]) {
    super();
    this.#polygons = polygons;
  }

  /** The sketch of a stored MultiPolygon. */
  static of(geometry) {
    return new Sketch(geometry.coordinates.map((rings) => rings.map((ring) => ring.slice(0, -1).map(([lon, lat]) => [lon, lat]))));
  }

  get polygons() { return this.#polygons; }

  /** The ring that new corners join: the outer one of the first polygon. */
  get ring() { return this.#polygons[0][0]; }

  get isEmpty() { return this.#polygons.every((rings) => rings.every((ring) => ring.length === 0)); }

  get isArea() { return this.#polygons.every((rings) => rings.every((ring) => ring.length >= 3)); }

  get canUndo() { return this.#past.length > 0; }

  get canRedo() { return this.#future.length > 0; }

  /** Every corner with where it belongs: polygon, ring, number. */
  *corners() {
    for (const [polygon, rings] of this.#polygons.entries()) {
      for (const [ring, corners] of rings.entries()) {
        for (const [index, position] of corners.entries()) yield { polygon, ring, index, position, count: corners.length };
      }
    }
  }

  add(position) { this.#become((ring) => [...ring, position]); }

  insertAfter(at, position) { this.#become((ring) => ring.toSpliced(at.index + 1, 0, position), at); }

  move(at, position) { this.#become((ring) => ring.with(at.index, position), at); }

  remove(at) { this.#become((ring) => ring.toSpliced(at.index, 1), at); }

  /** Another outline instead of this one. */
  replace(ring) { this.#set([[ring]]); }

  clear() { if (!this.isEmpty) this.#set([[[]]]); }

  undo() { this.#travel(this.#past, this.#future); }

  redo() { this.#travel(this.#future, this.#past); }

  /** As a GeoJSON MultiPolygon; null while there is no area. */
  get geometry() {
    if (!this.isArea) return null;
    return { type: "MultiPolygon", coordinates: this.#polygons.map((rings) => rings.map((ring) => [...ring, ring[0]])) };
  }

  /** Square metres on the sphere, holes taken away. Good to a percent at a city's size. */
  get areaSquareMetres() {
    return this.#polygons.reduce((sum, [outer, ...holes]) => sum + ringArea(outer) - holes.reduce((inner, hole) => inner + ringArea(hole), 0), 0);
  }

  /** Whether an outline crosses itself; the server would repair it, the drawer should see it. */
  get crossesItself() { return this.#polygons.some((rings) => rings.some(crosses)); }

  #become(change, at = { polygon: 0, ring: 0 }) {
    this.#set(this.#polygons.with(at.polygon, this.#polygons[at.polygon].with(at.ring, change(this.#polygons[at.polygon][at.ring]))));
  }

  #set(polygons) {
    this.#past = [...this.#past, this.#polygons].slice(-UNDO_STEPS);
    this.#future = [];
    this.#polygons = polygons;
    this.dispatchEvent(new Event("change"));
  }

  #travel(from, to) {
    if (!from.length) return;
    to.push(this.#polygons);
    this.#polygons = from.pop();
    this.dispatchEvent(new Event("change"));
  }
}

/** Square metres within a ring of corners. */
export function ringArea(ring) {
  if (ring.length < 3) return 0;
  const scale = Math.cos((ring[0][1] * Math.PI) / 180);
  const metres = ring.map(([lon, lat]) => [(lon - ring[0][0]) * scale, lat - ring[0][1]].map((degrees) => (degrees * Math.PI * EARTH_RADIUS_M) / 180));
  const twice = metres.reduce((sum, [x, y], index) => {
    const [nextX, nextY] = metres[(index + 1) % metres.length];
    return sum + x * nextY - nextX * y;
  }, 0);
  return Math.abs(twice / 2);
}

/** Whether two sides of a ring that do not touch cross. */
export function crosses(ring) {
  const side = (index) => [ring[index], ring[(index + 1) % ring.length]];
  for (let first = 0; first < ring.length; first += 1) {
    for (let second = first + 2; second < ring.length; second += 1) {
      const touching = first === 0 && second === ring.length - 1;
      if (!touching && meet(...side(first), ...side(second))) return true;
    }
  }
  return false;
}

function meet(a, b, c, d) {
  const turn = (p, q, r) => Math.sign((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]));
  return turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
}

/**
 * A drawn line with fewer corners: those that lie within `tolerance` of the line between their neighbours go.
 * Douglas and Peucker, 1973.
 */
export function simplified(points, tolerance) {
  if (points.length < 3) return points;
  const [first, last] = [points[0], points.at(-1)];
  let [worst, at] = [0, 0];
  for (let index = 1; index < points.length - 1; index += 1) {
    const distance = distanceToSide(points[index], first, last);
    if (distance > worst) [worst, at] = [distance, index];
  }
  if (worst <= tolerance) return [first, last];
  return [...simplified(points.slice(0, at + 1), tolerance).slice(0, -1), ...simplified(points.slice(at), tolerance)];
}

function distanceToSide([x, y], [x1, y1], [x2, y2]) {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const length = dx * dx + dy * dy;
  const share = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / length));
  return Math.hypot(x - x1 - share * dx, y - y1 - share * dy);
}
