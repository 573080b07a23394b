// Rotated boxes, and whether two of them overlap.

export function boxAt(x, y, width, height, angle = 0) {
  return { x, y, halfWidth: width / 2, halfHeight: height / 2, cos: Math.cos(angle), sin: Math.sin(angle) };
}

// Two boxes are apart if a line parallel to a side of one of them separates them.
export function meet(one, other) {
  const [x, y] = [other.x - one.x, other.y - one.y];
  const reach = one.halfWidth + one.halfHeight + other.halfWidth + other.halfHeight;
  if (x * x + y * y > reach * reach) return false;
  return [one, other].every(({ cos, sin }) =>
    [
      [cos, sin],
      [-sin, cos],
    ].every(([u, v]) => Math.abs(x * u + y * v) < halfAlong(one, u, v) + halfAlong(other, u, v)),
  );
}

const halfAlong = ({ cos, sin, halfWidth, halfHeight }, u, v) =>
  halfWidth * Math.abs(cos * u + sin * v) + halfHeight * Math.abs(cos * v - sin * u);

// Whether a line passes through a box.
export function isCrossed(box, { from, to }) {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const angle = Math.atan2(to.y - from.y, to.x - from.x);
  return meet(box, boxAt((from.x + to.x) / 2, (from.y + to.y) / 2, length, 1, angle));
}

// The boxes that a unit occupies: its body, which is round at both ends, its bias, the numbers below it.
export function boxesOfUnit({ x, y, layer }, { halfWidth, halfHeight, rows, hasBiases, font }) {
  const side = halfHeight * 1.46; // four rotated squares approximate a circle
  const body = [-1, 1].flatMap((end) =>
    [0, 1, 2, 3].map((turn) => boxAt(x + end * (halfWidth - halfHeight), y, side, side, (turn * Math.PI) / 8)),
  );
  const boxes = [...body, boxAt(x, y, 2 * (halfWidth - halfHeight) + 1, 2 * halfHeight)];
  if (layer === 0) return boxes;
  const wide = numberWidth(font - 1.5, 2);
  if (rows) boxes.push(boxAt(x, y + halfHeight + 2 + rows * 6, wide, rows * 12));
  if (hasBiases) boxes.push(boxAt(x, y - halfHeight - 7, wide, 12));
  return boxes;
}

// The width of a number: its sign and eight more characters; `more` characters before it.
const CHARACTERS = 9;
const WIDTH_OF_CHARACTER = 0.602; // relative to the size of a monospaced font
export const textWidth = (characters, font) => characters * WIDTH_OF_CHARACTER * font;
export const numberWidth = (font, more = 0) => textWidth(CHARACTERS + more, font);
