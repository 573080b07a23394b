// The sizes of the blocks of matrices, in pixels: they depend on the network and the window alone, so that nothing moves
// from one phase to the next. The constants are those for text of the usual size.

const LARGEST = 18; // of a cell
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
  const widths = shared(space, blocks.map(({ inputs }) => ({ most: inputs * LARGEST, share: Math.sqrt(inputs) })));
  return blocks.map(({ units }, index) => ({
    width: Math.floor(large * Math.max(LEAST, widths[index])),
    height: Math.max(1, Math.floor(large * Math.min(height - AROUND, units * LARGEST))),
    column: large * COLUMN,
    strip: large * STRIP,
    isNarrow: widths[index] < 160,
  }));
}

// Divides space by shares; what is more than the most of a part is for the others.
function shared(space, parts) {
  const widths = parts.map(() => undefined);
  let left = space;
  for (;;) {
    const open = parts.filter((_, index) => widths[index] === undefined);
    const unit = left / open.reduce((sum, { share }) => sum + share, 0);
    const full = parts.findIndex(({ most, share }, index) => widths[index] === undefined && share * unit > most);
    if (full < 0) return widths.map((width, index) => width ?? parts[index].share * unit);
    widths[full] = parts[full].most;
    left -= widths[full];
  }
}
