// Costs that are infinite or not a number. The service sends them as texts.
import { whole } from "./number_format.js";

export const isNonFinite = (value) => value === "Infinity" || value === "-Infinity" || value === "NaN";

// A sentence about the gaps that such costs leave in a curve; empty if all costs are finite. A downsampled
// curve does not have all of them.
export function gapSentence(costs, isDownsampled) {
  const count = costs.filter(isNonFinite).length;
  if (!count) return "";
  if (isDownsampled) return "Some costs are not finite (∞ or NaN): the curve has a gap there, marked with × at the top.";
  const [subject, mark] = count === 1 ? ["1 cost is", "it"] : [`${whole(count)} costs are`, "each"];
  return `${subject} not finite (∞ or NaN): the curve has a gap there, and × at the top marks ${mark}.`;
}
