// Where the points of a plane are on a canvas.

const EDGE = 14; // pixels around the points

// The places of points in pixels, in their order; null for one that is not finite. Both axes have one scale, in which
// all points of `frame` and all that were seen fit: `seen` collects what was, for the next call.
export function placesOf(points, frame, { width, height }, seen) {
  for (const { x, y } of [...frame, ...points]) if (isPlace(x, y)) include(seen, x, y);
  if (seen.left === undefined) return points.map(() => null);
  const [wide, high] = [width - 2 * EDGE, height - 2 * EDGE];
  const scale = Math.min(wide / (seen.right - seen.left || 1), high / (seen.top - seen.bottom || 1));
  const [midX, midY] = [(seen.left + seen.right) / 2, (seen.top + seen.bottom) / 2];
  return points.map(({ x, y }) => (isPlace(x, y) ? [width / 2 + (x - midX) * scale, height / 2 - (y - midY) * scale] : null));
}

// Non-finite numbers are texts.
const isPlace = (x, y) => typeof x === "number" && typeof y === "number";

function include(seen, x, y) {
  seen.left = Math.min(seen.left ?? x, x);
  seen.right = Math.max(seen.right ?? x, x);
  seen.bottom = Math.min(seen.bottom ?? y, y);
  seen.top = Math.max(seen.top ?? y, y);
}

// Places on a part of the way from some to others, 0 to 1.
export const between = (starts, ends, part) =>
  ends.map((end, index) => {
    const start = starts[index];
    return start && end ? [start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part] : end;
  });

// The index of the nearest place within some pixels, or null.
export function nearest(places, x, y, most) {
  let [best, distance] = [null, most];
  places.forEach((place, index) => {
    const away = place ? Math.hypot(place[0] - x, place[1] - y) : Infinity;
    if (away < distance) [best, distance] = [index, away];
  });
  return best;
}
