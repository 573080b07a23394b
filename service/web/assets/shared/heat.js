// Images of numbers: a pixel for each, in the colours of negative and positive numbers.
import { colour } from "./curve.js";

// An image of `columns` × `rows` cells: `parts` are from −1 to 1, row by row from the top; what is not a number
// is transparent, as 0 is.
export function heat(columns, rows, parts) {
  const [low, high] = ["--negative", "--positive"].map(channelsOf);
  const image = new ImageData(columns, rows);
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts[index];
    image.data.set(part < 0 ? low : high, 4 * index);
    image.data[4 * index + 3] = 255 * Math.min(Math.abs(part), 1);
  }
  const canvas = new OffscreenCanvas(columns, rows);
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

const channelsOf = (name) => colour(name).match(/\d+/g).slice(0, 3).map(Number);

// The cell of a canvas with `columns` × `rows` cells under the pointer: { row, column }.
export function cellAt({ offsetX, offsetY, currentTarget: { clientWidth, clientHeight } }, columns, rows) {
  const place = (offset, size, count) => within(Math.floor((offset / size) * count), count);
  return { row: place(offsetY, clientHeight, rows), column: place(offsetX, clientWidth, columns) };
}

const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

// The cell after a key; undefined if the key does not move it.
export function cellAfter(event, cell, columns, rows) {
  const move = MOVES[event.key];
  if (!move) return undefined;
  event.preventDefault();
  const { row, column } = cell ?? { row: Math.floor(rows / 2), column: Math.floor(columns / 2) };
  return { row: within(row + move[0], rows), column: within(column + move[1], columns) };
}

const within = (place, count) => Math.min(Math.max(place, 0), count - 1);
