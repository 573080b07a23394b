// Numbers that people type or paste: an optional sign, ASCII digits, one decimal point, an exponent.
// JavaScript reads more than that, such as 0x10.
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

// The number of a text; NaN where it is not the text of a number.
export const readNumber = (text) => (NUMBER.test(text.trim()) ? Number(text) : NaN);

// The number of a text; the text as it is where it has none, so that the service reports what is wrong.
export function numberOrText(text) {
  const value = readNumber(text);
  return Number.isFinite(value) ? value : text.trim();
}
