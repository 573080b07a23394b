// The axes of parallel coordinates: one for each label that differs, and one for the result.
import { short } from "../shared/number_format.js";
import { COLUMNS, differingLabels, validationOf } from "./listing.js";

const MOST_AXES = 7; // more do not fit beside each other
const MOST_TICKS = 8; // more values than that have ticks at the ends only
const REPEATS = ["trial", "fold"]; // these number the networks of a combination

// Returns [{ name, ticks: [{ at, text }], placeOf: (row) → from 0 at the bottom to 1, or null }].
export function axesOf(rows) {
  const names = differingLabels(rows).filter((name) => !REPEATS.includes(name));
  const labels = names.slice(0, MOST_AXES).map((name) => axisOf(name.replaceAll("_", " "), rows, ({ network }) => network.labels[name]));
  const column = COLUMNS[rows.some((row) => validationOf(row)) ? "validation-cost" : "cost"];
  return [...labels, axisOf(column.name, rows, column.valueOf)];
}

function axisOf(name, rows, valueOf) {
  const values = [...new Set(rows.map(valueOf).filter((value) => value !== undefined))];
  const numbers = values.map(Number);
  const isFew = values.length <= MOST_TICKS;
  if (numbers.every(Number.isFinite) && !isFew) return numericAxis(name, numbers, valueOf);
  const inOrder = numbers.every(Number.isFinite) ? values.sort((one, other) => one - other) : values.sort();
  const at = (value) => (inOrder.length === 1 ? 0.5 : inOrder.indexOf(value) / (inOrder.length - 1));
  return {
    name,
    ticks: isFew ? inOrder.map((value) => ({ at: at(value), text: textOf(value) })) : [],
    placeOf: (row) => (valueOf(row) === undefined ? null : at(valueOf(row))),
  };
}

// Numbers over several orders of magnitude are drawn by their logarithms.
function numericAxis(name, numbers, valueOf) {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const scale = low > 0 && high / low > 50 ? Math.log : (value) => value;
  const at = (value) => (scale(value) - scale(low)) / (scale(high) - scale(low));
  return {
    name,
    ticks: [low, high].map((value) => ({ at: at(value), text: short(value) })),
    placeOf: (row) => (Number.isFinite(Number(valueOf(row))) ? at(Number(valueOf(row))) : null),
  };
}

const textOf = (value) => (typeof value === "number" ? short(value) : String(value));
