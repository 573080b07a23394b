// Where along its line each weight has its number, so that no number covers another one, a unit, a
// bias, or what stands below a unit. Where there is no such place, the number is shown on demand.
import { boxAt, boxesOfUnit, isCrossed, meet, numberWidth } from "./boxes.js";

const MOST = 96; // lines between two layers whose numbers are placed at all
const STEP = 5; // pixels between two places that are tried
const EDGE = 3; // between the number and its box

// Returns, for each of the lines between two layers, the part of the way where its number stands, or
// undefined.
export function placeNumbers(lines, units, style) {
  if (lines.length > MOST) return lines.map(() => undefined);
  const taken = units.flatMap((unit) => boxesOfUnit(unit, style));
  const tried = lines.map((line) => placesAlong(line, style).filter(({ box }) => !taken.some((other) => meet(box, other))));
  lines.forEach((line, index) => {
    for (const place of tried[index]) place.crossed = lines.filter((other) => other !== line && isCrossed(place.box, other)).length;
  });
  const found = lines.map(() => undefined);
  // Those first that have the least choice, each where it takes the least from the others.
  let open = lines.map((_, index) => index).filter((index) => tried[index].length);
  while (open.length) {
    const next = open.reduce((least, index) => (tried[index].length < tried[least].length ? index : least));
    open = open.filter((index) => index !== next);
    const costs = tried[next].map((place) => costOf(place, lines[next].part, open.map((index) => tried[index])));
    const { box, part } = tried[next][costs.indexOf(Math.min(...costs))];
    found[next] = part;
    for (const index of open) tried[index] = tried[index].filter((place) => !meet(place.box, box));
    open = open.filter((index) => tried[index].length);
  }
  return found;
}

function placesAlong({ from, to, part }, { font }) {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const angle = Math.atan2(to.y - from.y, to.x - from.x);
  const count = Math.floor(length / STEP);
  const parts = [part, ...Array.from({ length: count }, (_, index) => (index + 0.5) / count)];
  return parts.map((along) => ({
    part: along,
    box: boxAt(from.x + (to.x - from.x) * along, from.y + (to.y - from.y) * along, numberWidth(font) + 2 * EDGE, font + 5, angle),
  }));
}

// What a place takes from the numbers that have none yet, counted more where they have few; how many
// lines it interrupts; and how far it is from the column that it should stand in.
function costOf({ box, part, crossed }, wanted, others) {
  const taken = others.map((places) => places.filter((place) => meet(place.box, box)).length / places.length);
  return taken.reduce((sum, share) => sum + share * share, 0) + 0.06 * crossed + 0.8 * Math.abs(part - wanted);
}
