// The sizes of the blocks of matrices, in pixels: they depend on the network and the window alone, so that nothing moves
// from one phase to the next. The constants are those for text of the usual size.

const LARGEST = 64; // of a cell
const LEAST = 48; // of the width of a matrix; in a narrower window the picture scrolls
const [COLUMN, STRIP, GAP] = [14, 14, 3];
const SYMBOL = 18; // the symbol before the row of activations
const BETWEEN = 20; // two blocks
const EDGE = 2; // the frames of the outermost cells
const AROUND = 70; // heading, row of activations, symbols and scale

// `blocks` of look/blocks.js; the space is that of all of them, and text is `large` times as large as usual. A wide layer
// gets more of the space, but not all.
export function sizesOf(blocks, room) {
  const { large } = room;
  const [width, height] = [room.width / large, room.height / large];
  const beside = blocks.map(({ columns }) => SYMBOL + columns.length * (COLUMN + GAP));
  const space = width - 2 * EDGE - beside.reduce((sum, each) => sum + each, 0) - BETWEEN * (blocks.length - 1);
  const widths = shared(space, blocks.map(({ inputs }) => ({ least: LEAST, most: Math.max(LEAST, inputs * LARGEST), share: Math.sqrt(inputs) })));
  return blocks.map(({ units }, index) => ({
    width: Math.floor(large * widths[index]),
    height: Math.max(1, Math.floor(large * Math.min(height - AROUND, units * LARGEST))),
    column: large * COLUMN,
    strip: large * STRIP,
    isNarrow: widths[index] < 160,
  }));
}

// Divides space by shares; what a part has less than its least or more than its most is for the others to bear.
function shared(space, parts) {
  const widths = parts.map(() => undefined);
  let left = space;
  for (;;) {
    const open = [...parts.keys()].filter((index) => widths[index] === undefined);
    const unit = left / open.reduce((sum, index) => sum + parts[index].share, 0);
    const bounded = (index) => Math.min(Math.max(parts[index].share * unit, parts[index].least), parts[index].most);
    const isOff = (index) => bounded(index) !== parts[index].share * unit;
    // First those that are too narrow: what they need is missing elsewhere.
    const off = open.find((index) => isOff(index) && bounded(index) === parts[index].least) ?? open.find(isOff);
    if (off === undefined) return widths.map((width, index) => width ?? parts[index].share * unit);
    widths[off] = bounded(off);
    left -= widths[off];
  }
}
