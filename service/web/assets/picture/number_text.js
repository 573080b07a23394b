// A number in the picture: four digits, never wider than its space.
import { exact, short, signed } from "../shared/number_format.js";
import { textWidth } from "./boxes.js";

export const numberText = (value, withSign) => (withSign ? signed(value) : short(value));
const widthOf = (value, font, withSign) => textWidth(numberText(value, withSign).length, font);

const SMALLEST = 8.5;

// Its width in this font, and the attributes of a text that keep it within `room`: a smaller font, and if
// that is not enough, narrower glyphs.
export function fitted(value, { font, room, withSign }) {
  const width = widthOf(value, font, withSign);
  if (width <= room) return { width, fit: {} };
  const size = Math.max(Math.min(SMALLEST, font), (font * room) / width);
  return { width: room, fit: { "font-size": size, textLength: room, lengthAdjust: "spacingAndGlyphs" } };
}

export const classes = (...names) => names.filter(Boolean).join(" ");
export const marks = (what, value) => ({ "data-what": what, "data-exact": exact(value) });
