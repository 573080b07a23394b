// The MathML of the service with numbers of four digits, and ≈ if they are rounded.
import { exact, isRounded, short } from "../shared/number_format.js";

export function readable({ mathml, value }) {
  const text = mathml.replace(/<mn>([^<]*)<\/mn>/g, (whole, number) => {
    const read = Number(number.replace("−", "-"));
    if (!isRounded(read)) return whole;
    return `<mn data-exact="${exact(read)}">${short(read)}</mn>`;
  });
  if (!isRounded(value)) return text;
  const last = text.lastIndexOf("<mo>=</mo>");
  return last < 0 ? text : `${text.slice(0, last)}<mo>≈</mo>${text.slice(last + "<mo>=</mo>".length)}`;
}
