// Where values lie between two others. Differences of float64 values can exceed the largest one, so
// all of them are halved first.
import { bitsOf } from "./array_file.js";

// 0 at `low`, 1 at `high`; ½ where these are equal.
export function partOf(value, low, high) {
  if (low === high) return 0.5;
  return (value / 2 - low / 2) / (high / 2 - low / 2);
}

// The value at a part of the way.
export const valueAlong = (part, low, high) => low * (1 - part) + high * part;

const isFiniteNumber = (value) => typeof value === "number" && Number.isFinite(value);

// The lowest and the highest of the values that are finite; `empty` where none is.
export function endsOf(values, empty = [0, 1]) {
  const finite = values.filter(isFiniteNumber);
  if (!finite.length) return empty;
  return finite.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [finite[0], finite[0]]);
}

// Consecutive points whose value is finite: a curve has a gap where it is not.
export function segmentsOf(points, valueOf) {
  const segments = [[]];
  for (const point of points) {
    if (isFiniteNumber(valueOf(point))) segments.at(-1).push(point);
    else segments.push([]);
  }
  return segments.filter(({ length }) => length);
}

// The size of the largest of some numbers, of any length; 0 without numbers.
export function largest(values) {
  const bits = bitsOf(values);
  if (bits !== values) return largestHalf(bits);
  let most = 0;
  for (let index = 0; index < values.length; index += 1) most = Math.max(most, Math.abs(values[index]));
  return most;
}

const SIZE = 0x7fff; // the bits without the sign, which are larger for larger numbers

function largestHalf(bits) {
  let most = 0;
  for (let index = 0; index < bits.length; index += 1) most = Math.max(most, bits[index] & SIZE);
  return new Float16Array(Uint16Array.of(most).buffer)[0];
}
