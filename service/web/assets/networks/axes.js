// The axes of parallel coordinates: one for each label that differs, and one for the result.
import { short } from "../shared/number_format.js";

const MOST_AXES = 7; // more do not fit beside each other
const MOST_TICKS = 8; // more values than that have ticks at the ends only

// `names` are the labels that differ. Returns [{ name, ticks: [{ at, text }], placeOf: (combination) →
// from 0 at the bottom to 1, or null }].
export function axesOf(names, result, combinations) {
  const labels = names.slice(0, MOST_AXES).map((name) => axisOf(name.replaceAll("_", " "), combinations, ({ labels }) => labels[name]));
  return [...labels, axisOf(result, combinations, ({ value }) => value)];
}

function axisOf(name, combinations, valueOf) {
  const values = [...new Set(combinations.map(valueOf).filter((value) => value !== undefined))];
  const numbers = values.map(Number);
  const isFew = values.length <= MOST_TICKS;
  if (numbers.every(Number.isFinite) && !isFew) return numericAxis(name, numbers, valueOf);
  const inOrder = numbers.every(Number.isFinite) ? values.sort((one, other) => one - other) : values.sort();
  const at = (value) => (inOrder.length === 1 ? 0.5 : inOrder.indexOf(value) / (inOrder.length - 1));
  return {
    name,
    ticks: isFew ? inOrder.map((value) => ({ at: at(value), text: textOf(value) })) : [],
    placeOf: (each) => (valueOf(each) === undefined ? null : at(valueOf(each))),
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
    placeOf: (each) => (Number.isFinite(Number(valueOf(each))) ? at(Number(valueOf(each))) : null),
  };
}

const textOf = (value) => (typeof value === "number" ? short(value) : String(value));
