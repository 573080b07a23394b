// Texts of numbers: four digits, or all.

// The shortest decimal that reads back as the same float64.
export function exact(value) {
  if (typeof value === "string") return value; // "NaN", "Infinity": as the service sends them
  return Object.is(value, -0) ? "−0" : String(value).replace("-", "−").replace("e−", "e-");
}

const NON_FINITE = { Infinity: "∞", "-Infinity": "−∞" };

const DIGITS = 4;

// Up to four significant digits: "0.1235", "−12.35", "1.235e-7", "∞".
export const short = (value) => rounded(value, DIGITS);

// Up to so many significant digits.
export function rounded(value, digits) {
  if (!Number.isFinite(value)) return NON_FINITE[value] ?? String(value);
  if (value === 0) return exact(value);
  const near = Number(value.toPrecision(digits)); // infinite next to the largest number
  const size = Math.abs(value);
  const isPlain = size >= 1e-4 && size < 1e6;
  const text = isPlain ? String(near) : Number.isFinite(near) ? near.toExponential() : value.toExponential(digits - 1);
  return text.replace(/^-/, "−");
}

// With its sign: colours alone must not show it.
export function signed(value) {
  const text = short(value);
  return typeof value === "number" && value > 0 ? `+${text}` : text;
}

export const isRounded = (value) => Number.isFinite(value) && Number(value.toPrecision(DIGITS)) !== value;

// "≈" before a rounded number in an equation, else "=".
export const relation = (value) => (isRounded(value) ? "≈" : "=");

// What the page says once about all of its numbers.
export const ROUNDING = "Numbers are rounded to four digits; hover or focus to see all.";

// A whole number, with thin spaces between its thousands.
export const whole = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, "\u202f");
