// The positions of the units and the space for their numbers, in pixels. They depend on the network and
// the window alone, so that nothing moves from one line of code to the next.
const ROW = 12; // the height of a row of small numbers
const GAP = 4;
const BOTTOM = 8;
const FLATTEST = 11; // half the height of a unit with two rows inside

// With less than TIGHT pixels between two layers, numbers have the font size SMALL.
const [TIGHT, SMALL] = [250, 10];

// The style for a width: `font` is the font size of a weight's number. Targets and cost need space beside
// the outputs if the picture shows them.
function styleOf(layers, isNarrow, hasTargets) {
  const style = styleOfWidth(layers, isNarrow);
  return hasTargets ? style : { ...style, right: style.left };
}

function styleOfWidth(layers, isNarrow) {
  if (isNarrow) return { left: 32, right: 88, top: 24, band: 28, most: 21, font: 9.5, between: layers > 3 ? 136 : 114 };
  if (layers > 4) return { left: 48, right: 96, top: 36, band: 44, most: 24, font: 10.5, between: 150 };
  return { left: 60, right: 150, top: 36, band: 52, most: 27, font: 11.5, between: 160 };
}

// The width that the picture needs; in a narrower window it scrolls.
export function widthNeeded(layers, isNarrow, hasTargets) {
  const { left, right, between } = styleOf(layers, isNarrow, hasTargets);
  return left + right + between * (layers - 1);
}

// The shape of a unit by its height, including its bias: a circle with both of its numbers below it; a
// flat shape with the newer number; or a flat shape that shows it inside, in place of its name, if it takes part.
function shapeFor(pitch, bias, { most }) {
  const round = (pitch - bias - 2 * ROW - GAP) / 2;
  if (round >= Math.min(most, 21)) return { halfWidth: Math.min(most, round), halfHeight: Math.min(most, round), rows: 2 };
  const flat = (pitch - bias - ROW - GAP) / 2;
  if (flat >= 14) return { halfWidth: 30, halfHeight: Math.min(18, flat), rows: 1 };
  return { halfWidth: 30, halfHeight: Math.max(FLATTEST, Math.min(16, (pitch - bias - GAP) / 2)), rows: 0 };
}

const biasRow = ({ bias }) => (bias ? ROW + 2 : 0);

// The height in which units and biases are not over each other; in a lower window the picture scrolls.
export function heightNeeded(network, isNarrow) {
  const { top } = styleOfWidth(network.layerSizes.length, isNarrow);
  return top + BOTTOM + Math.max(...network.layerSizes) * (2 * FLATTEST + biasRow(network) + GAP);
}

export function layOut({ network, hasTargets }, { width, height, isNarrow }) {
  const sizes = network.layerSizes;
  const style = styleOf(sizes.length, isNarrow, hasTargets);
  const { left, right, top } = style;
  const between = (width - left - right) / (sizes.length - 1);
  const font = between < TIGHT ? Math.min(style.font, SMALL) : style.font;
  const room = height - top - BOTTOM;
  const bias = biasRow(network);
  const shape = shapeFor(room / Math.max(...sizes), bias, style);
  const middle = top + room / 2 + (bias - shape.rows * ROW) / 2;
  const layers = sizes.map((count, layer) => {
    const x = left + between * layer;
    // Two units stay close together, so that their weights spread out.
    const gap = count === 2 ? room * 0.46 : room / count;
    return Array.from({ length: count }, (_, unit) => ({ unit, layer, x, y: middle + (unit - (count - 1) / 2) * gap }));
  });
  return { layers, isNarrow, hasBiases: network.bias, ...style, font, ...shape };
}

// The lines between two layers, and the preferred position of each number along its line: one position
// per unit of the smaller layer, so that the numbers form columns.
export function linesBetween(below, above) {
  const byInput = below.length <= above.length;
  const columns = Math.min(below.length, above.length);
  return above.flatMap((to, i) =>
    below.map((from, j) => {
      const column = byInput ? j : i;
      const [first, end] = columns > 2 ? [0.28, 0.7] : byInput ? [0.38, 0.66] : [0.3, 0.6];
      const part = columns === 1 ? (byInput ? 0.62 : 0.36) : first + ((end - first) * column) / (columns - 1);
      return { from, to, part };
    }),
  );
}
