// A pasted table: lines of numbers, with the targets in the last columns; or with the names of classes in the last one.
import { readNumber } from "../shared/number_input.js";

// An error in the table with its position; the form shows it at the field.
export class TableError extends Error {
  constructor(message) {
    super(message);
    this.field = "table";
  }
}

// The training set of a table, as the service takes it: examples, or named columns if the last one has names of classes.
export function tableSet(text, targets, isComma = false) {
  const { header, lines } = read(text, targets, isComma);
  if (targets > 1 || !isOfWords(lines, -1)) return { examples: examplesOf(text, targets, isComma) };
  const names = header ?? lines[0].cells.map((_, index, { length }) => (index < length - 1 ? `column ${index + 1}` : "class"));
  const columns = names.map((name, index) => {
    if (isOfWords(lines, index)) return { name, texts: lines.map(({ cells }) => cells[index]) };
    return { name, numbers: lines.map(({ number, cells }) => numberAt(cells[index], { line: number, column: index + 1, isComma })) };
  });
  const { name, texts } = columns.at(-1);
  const inputs = columns.slice(0, -1).map(({ name, texts }) => ({ name, ...(texts && { kind: "COLUMN_KIND_CATEGORY", categories: kindsIn(texts) }) }));
  return { table: { inputs, targets: { kind: "TARGET_KIND_CLASSES", names: [name], classes: kindsIn(texts) }, scaling: "SCALING_STANDARDIZE" }, columns };
}

const kindsIn = (texts) => [...new Set(texts)].sort();

const isName = (cell) => /\p{L}/u.test(cell) && !/^(true|false|nan|-?inf(inity)?)$/i.test(cell) && isWord(cell);
const isOfWords = (lines, column) => lines.every(({ cells }) => isName(cells.at(column)));

// Columns are separated by tabs, else by semicolons, else by commas, else by spaces. A first line of
// words alone is a header. With `isComma`, numbers have a decimal comma.
export function examplesOf(text, targets, isComma = false) {
  const { lines } = read(text, targets, isComma);
  return lines.map(({ number, cells }) => {
    const values = cells.map((cell, index) => numberAt(cell, { line: number, column: index + 1, isComma }));
    return { inputs: values.slice(0, -targets), targets: values.slice(-targets) };
  });
}

// The names in the header, if there is one, and the other lines: [{ number, cells }], all with as many cells.
function read(text, targets, isComma) {
  const separator = SEPARATORS.filter((each) => !isComma || !each.test(",")).find((each) => each.test(text));
  const lines = text
    .split(/\r?\n/)
    .map((line, index) => ({ number: index + 1, cells: cellsOf(line, separator) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ""));
  const header = lines.length && lines[0].cells.every(isWord) ? lines.shift() : undefined;
  if (header) checkHeader(header);
  if (!lines.length) throw new TableError("Paste at least one line of numbers.");
  const width = lines[0].cells.length;
  if (width <= targets) {
    throw new TableError(`Line ${lines[0].number} has ${columns(width)}, but ${columns(targets)} of targets and at least one of inputs are needed.`);
  }
  for (const { number, cells } of lines) {
    if (cells.length !== width) throw new TableError(`Line ${number} has ${columns(cells.length)}, but line ${lines[0].number} has ${width}.`);
  }
  return { header: header?.cells.length === width ? header.cells : undefined, lines };
}

const SPACES = /[^\S\r\n]+/;
const SEPARATORS = [/\t/, /;/, /,/, SPACES, /$/];

function cellsOf(line, separator) {
  const whole = separator === SPACES ? line.trim() : line; // a tab at the end is followed by an empty cell
  return whole.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
}

const isWord = (cell) => cell === "" || Number.isNaN(readNumber(cell.replace(",", ".")));
const columns = (count) => `${count} ${count === 1 ? "column" : "columns"}`;

// pandas writes its index to a column without a name, which is not an input.
function checkHeader({ number, cells }) {
  const column = cells.indexOf("") + 1;
  if (column && cells.some((cell) => cell !== "")) {
    throw new TableError(`Line ${number}, column ${column} has no name. Give it one, or remove the column if it only numbers the rows.`);
  }
}

function numberAt(cell, { line, column, isComma }) {
  const place = `Line ${line}, column ${column}`;
  if (cell === "") throw new TableError(`${place} is empty.`);
  const isPlain = !isComma || !cell.includes(".");
  const value = isPlain ? readNumber(isComma ? cell.replace(",", ".") : cell) : NaN;
  if (Number.isFinite(value)) return value;
  throw new TableError(`${place}: “${cell}” is not a number.${adviceFor(cell, isComma)}`);
}

function adviceFor(cell, isComma) {
  if (/^(true|false)$/i.test(cell)) return " Write 1 for true and 0 for false.";
  if (!isComma && /^[-+]?\d*,\d+$/.test(cell)) return " If commas are decimal marks, select “Decimal comma”.";
  return "";
}
