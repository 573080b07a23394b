// Conditions on numbers of the service: "weight 1-1-1 > 2 and cost on xor < 0.1".
import { LessonError } from "./parse.js";
import { parseQuantity, readQuantity } from "./quantities.js";

const HOLDS = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  "=": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  ">=": (a, b) => a >= b,
  ">": (a, b) => a > b,
};

// [{ left, operator, right }], all of which must hold. Throws LessonError.
export function parseCondition(text) {
  return text.split(/ and /).map((each) => {
    const [, left, operator, right] = each.match(/^(.+?) (<=|>=|!=|<|>|=) (.+)$/) ?? [];
    if (!operator) throw new LessonError(`“${each}” is not a condition: write QUANTITY OPERATOR QUANTITY, with one of ${Object.keys(HOLDS).join(" ")}.`);
    return { left: parseQuantity(left), operator, right: parseQuantity(right) };
  });
}

// Whether it holds; not if one of its numbers does not exist yet.
export async function holds(text, facts) {
  const found = await Promise.all(
    parseCondition(text).map(async ({ left, operator, right }) => {
      const [a, b] = await Promise.all([readQuantity(left, facts), readQuantity(right, facts)]);
      return a !== undefined && b !== undefined && HOLDS[operator](a, b);
    }),
  );
  return found.every(Boolean);
}
