// Opens the gallery with some examples.
import { go } from "../shared/place.js";
import { ALL } from "./choice.js";

// Shows only these examples, where they can be seen.
export function showExamples(choice) {
  go({ ...ALL, ...choice });
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  document.querySelector(".gallery")?.scrollIntoView({ behavior, block: "nearest" });
}
