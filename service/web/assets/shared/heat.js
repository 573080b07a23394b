// Images of numbers: a pixel for each, in the colours of negative and positive numbers.
import { bitsOf } from "./array_file.js";
import { colour } from "./curve.js";

// An image of `columns` × `rows` cells: `values` row by row from the top, in full colour from −`scale` and `scale` on;
// what is not a number is transparent, as 0 is. It is valid until the next call.
export function heat(columns, rows, values, scale = 1) {
  const colours = coloursOf("--negative", "--positive");
  const opacity = MOST / scale;
  const bits = bitsOf(values);
  const paint = bits === values ? painterOf(values, colours, opacity) : painterOfHalves(bits, colours, opacity);
  if (drawn.width !== columns || drawn.height !== rows) Object.assign(drawn, { width: columns, height: rows });
  const ctx = drawn.getContext("2d", { willReadFrequently: true });
  const band = new ImageData(columns, Math.min(BAND, rows));
  const pixels = new Uint32Array(band.data.buffer); // a million of them take a few milliseconds
  for (let row = 0; row < rows; row += BAND) {
    const count = Math.min(BAND, rows - row);
    paint(pixels, row * columns, count * columns);
    ctx.putImageData(band, 0, row, 0, 0, columns, count);
  }
  return drawn;
}

const drawn = new OffscreenCanvas(1, 1);

const BAND = 64; // rows at a time, which stay in the cache of a processor

const MOST = 255; // the opacity of full colour

// Paints the colours of so many values, the first of them at a place.
function painterOf(values, colours, opacity) {
  return (pixels, first, count) => {
    for (let index = 0; index < count; index += 1) {
      const value = values[first + index] * opacity;
      pixels[index] = colours[MOST + (value > MOST ? MOST : value < -MOST ? -MOST : value | 0)]; // what is not a number is 0
    }
  };
}

// The same for numbers of 16 bits, from a table of all of them.
function painterOfHalves(bits, colours, opacity) {
  const key = [opacity, colours.at(0), colours.at(-1)].join();
  if (halves.key !== key) {
    const all = new Float16Array(Uint16Array.from({ length: ALL_HALVES }, (_, each) => each).buffer);
    halves = { key, colours: new Uint32Array(ALL_HALVES) };
    painterOf(all, colours, opacity)(halves.colours, 0, ALL_HALVES);
  }
  const { colours: ofHalves } = halves;
  return (pixels, first, count) => {
    for (let index = 0; index < count; index += 1) pixels[index] = ofHalves[bits[first + index]];
  };
}

const ALL_HALVES = 65536;
let halves = {};

// Pixels for −MOST to MOST: of a million numbers, each of a random sign, a table takes a third of the time of a choice.
// It is kept until the theme changes.
function coloursOf(negative, positive) {
  const [low, high] = [negative, positive].map(channelsOf);
  if (table.low !== low || table.high !== high) {
    const pixels = Uint32Array.from({ length: 2 * MOST + 1 }, (_, index) => (index < MOST ? low | ((MOST - index) << 24) : high | ((index - MOST) << 24)));
    table = { low, high, pixels };
  }
  return table.pixels;
}

let table = {};

// Red, green and blue in the order of the bytes of a pixel.
const channelsOf = (name) => colour(name).match(/\d+/g).slice(0, 3).reduce((all, channel, place) => all | (channel << (8 * place)), 0);

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
