// Where the weights and biases of a layer are in its map: { columns, rows, frames, boxOf, offsets, parameterAt }. `boxOf`
// gives the cells { row, column, width, height } of a { unit, input }, without `input` of the bias; `parameterAt` what is
// at a cell, or null between them. `offsets` are how many cells each input is after the first one of its unit, row by row;
// null if one follows the other.
// `frames` are boxes of cells that belong together, `tileOf` that of a unit; `start` is where the keyboard begins, instead
// of the middle.

// A row for each unit and a column for each input; the biases are apart from the weights.
export function matrixLayout({ units, inputs, biases }) {
  return {
    columns: inputs + (biases.length ? 2 : 0),
    rows: units,
    frames: [],
    offsets: null,
    boxOf: ({ unit, input }) => ({ row: unit, column: input ?? inputs + 1, width: 1, height: 1 }),
    parameterAt: ({ row, column }) => (column === inputs ? null : { unit: row, input: column < inputs ? column : undefined }),
  };
}

const WIDE = 1.6; // tiles across for one down
const MOST_COLUMNS = 320; // more of them would be too small

// A tile for each unit: its weights at the pixels of the image that the inputs are, with the channels beside each other,
// and its bias as a bar below.
export function imageLayout({ units, inputs, biases }, { height, width, channels }) {
  const gap = Math.max(1, Math.round(height / 10));
  const [wide, bar] = [width * channels, biases.length ? 2 * gap : 0];
  const [across, down] = [wide + gap, height + bar + (biases.length ? 2 : 1) * gap];
  const most = Math.max(1, Math.min(units, Math.ceil(Math.sqrt((units * WIDE * down) / across)), Math.floor(MOST_COLUMNS / across)));
  const perRow = Math.ceil(units / Math.ceil(units / most)); // so that rows are as full as the last one
  const tileOf = (unit) => ({ row: Math.floor(unit / perRow) * down, column: (unit % perRow) * across });
  const boxOf = ({ unit, input }) => {
    const { row, column } = tileOf(unit);
    if (input === undefined) return { row: row + height + gap, column, width: wide, height: gap };
    const pixel = Math.floor(input / channels);
    return { row: row + Math.floor(pixel / width), column: column + (input % channels) * width + (pixel % width), width: 1, height: 1 };
  };
  const framesOf = (_, unit) => {
    const { row, column } = tileOf(unit);
    const images = Array.from({ length: channels }, (__, channel) => ({ row, column: column + channel * width, width, height }));
    return biases.length ? [...images, boxOf({ unit })] : images;
  };
  const columns = perRow * across - gap;
  const offsetOf = (_, input) => {
    const { row, column } = boxOf({ unit: 0, input });
    return row * columns + column;
  };
  return {
    columns,
    rows: Math.ceil(units / perRow) * down - (down - height - bar),
    frames: Array.from({ length: units }, framesOf).flat(),
    offsets: Int32Array.from({ length: inputs }, offsetOf),
    tileOf: (unit) => ({ ...tileOf(unit), width: wide, height }),
    start: boxOf({ unit: 0, input: Math.floor(height / 2) * width * channels + Math.floor(width / 2) * channels }),
    boxOf,
    parameterAt({ row, column }) {
      const unit = Math.floor(row / down) * perRow + Math.floor(column / across);
      const [y, x] = [row % down, column % across];
      if (unit >= units || x >= wide) return null;
      if (y < height) return { unit, input: (y * width + (x % width)) * channels + Math.floor(x / width) };
      return y >= height + gap && y < height + bar ? { unit, input: undefined } : null;
    },
  };
}
