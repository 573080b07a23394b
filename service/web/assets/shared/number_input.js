// Numbers that people type or paste: an optional sign, ASCII digits, one decimal point, an exponent.
// JavaScript also reads texts such as 0x10.
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

// The number in a text; NaN if the text is not a number.
export const readNumber = (text) => (NUMBER.test(text.trim()) ? Number(text) : NaN);

// The number in a text; the text itself if it is not a number, so that the service reports what is wrong.
export function numberOrText(text) {
  const value = readNumber(text);
  return Number.isFinite(value) ? value : text.trim();
}

// Several numbers with spaces or semicolons between them, in the same way.
export const numbersOrTexts = (text) => text.split(/[\s;]+/).filter(Boolean).map(numberOrText);

// Undefined if nothing was typed.
export const optionalNumber = (text) => (text.trim() === "" ? undefined : numberOrText(text));
