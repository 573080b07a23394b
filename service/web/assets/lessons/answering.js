// Whether a question is answered: by numbers of the service.
import { readNumber } from "../shared/number_input.js";
import { holds } from "./conditions.js";
import { parseQuantity, readQuantity } from "./quantities.js";

const WITHIN = 0.005; // of the number, or of 1 if it is smaller

// The item whose condition holds.
export async function rightChoice({ items }, facts) {
  const found = await Promise.all(items.map(({ value }) => holds(value, facts)));
  return items.filter((_, index) => found[index]);
}

export const rightNumber = ({ fields }, facts) => readQuantity(parseQuantity(String(fields.answer)), facts);

// Whether a text is this number, as far as people round.
export function isNear(text, number, within = WITHIN) {
  const value = readNumber(text.replace("−", "-").replace(",", "."));
  return Math.abs(value - number) <= within * Math.max(1, Math.abs(number)) + 1e-12;
}

export const isDone = ({ fields }, facts) => holds(fields.check, facts);

// The settings that a learner chooses: [{ name, path, choices, value }]. A field with commas is a list to choose from.
export const fieldsOf = ({ items }) =>
  items.map(({ text, value }) => {
    const [path, given] = value.split(/ *= */);
    const choices = given.includes(",") ? given.split(/ *, */) : null;
    return { name: text, path, choices, value: choices ? choices[0] : given };
  });

// The weights that a learner moves: [{ name, key }].
export const weightsOf = ({ items }) => items.map(({ text, value }) => ({ name: text, key: value }));
