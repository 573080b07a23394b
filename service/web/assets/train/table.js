// A table that was pasted: lines of numbers, the targets in the last columns.

// What is wrong with the table, and where; it is shown at the form's field of that name.
export class TableError extends Error {
  constructor(message) {
    super(message);
    this.field = "table";
  }
}

// Columns are parted by tabs, else by semicolons, else by commas, else by spaces: where it is not the
// comma, a comma is that of a decimal. A first line of words alone is a heading.
export function examplesOf(text, targets) {
  const between = SEPARATORS.find((separator) => separator.test(text));
  const lines = text
    .split(/\r?\n/)
    .map((line, index) => ({ number: index + 1, cells: cellsOf(line, between) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ""));
  if (lines.length && lines[0].cells.every(isWord)) lines.shift();
  if (!lines.length) throw new TableError("Paste at least one line of numbers.");
  const width = lines[0].cells.length;
  if (width <= targets) throw new TableError(`Line ${lines[0].number} has ${columns(width)}: it takes an input and ${targets} for targets.`);
  return lines.map(({ number, cells }) => {
    if (cells.length !== width) {
      throw new TableError(`Line ${number} has ${columns(cells.length)}, line ${lines[0].number} has ${width}.`);
    }
    const values = cells.map((cell, index) => numberAt(cell, number, index + 1));
    return { inputs: values.slice(0, width - targets), targets: values.slice(width - targets) };
  });
}

const SPACES = /[^\S\r\n]+/;
const SEPARATORS = [/\t/, /;/, /,/, SPACES, /$/];

function cellsOf(line, between) {
  const whole = between === SPACES ? line.trim() : line; // a tab at the end parts an empty cell
  const cells = whole.split(between).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
  return between.test(",") ? cells : cells.map((cell) => cell.replace(/^([-+]?\d*),(\d+)$/, "$1.$2"));
}
const isWord = (cell) => cell === "" || Number.isNaN(Number(cell));
const columns = (count) => `${count} ${count === 1 ? "column" : "columns"}`;

function numberAt(cell, line, column) {
  const value = Number(cell);
  if (cell === "" || !Number.isFinite(value)) {
    throw new TableError(`Line ${line}, column ${column}: “${cell}” is no number.`);
  }
  return value;
}
