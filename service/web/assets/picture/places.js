// The position of each weight's number along its line, so that no number covers another number, a unit,
// a bias or the numbers below a unit. A number without such a position is shown on demand.
import { boxAt, boxesOfUnit, isCrossed, meet, numberWidth } from "./boxes.js";

const STEP = 5; // pixels between two positions that are tried
const EDGE = 3; // between the number and its box

// Returns the position of the number along each line between two layers, from 0 to 1, or undefined.
export function placeNumbers(lines, units, style) {
  const taken = units.flatMap((unit) => boxesOfUnit(unit, style));
  const tried = lines.map((line) => placesAlong(line, style).filter(({ box }) => !taken.some((other) => meet(box, other))));
  lines.forEach((line, index) => {
    for (const place of tried[index]) place.crossed = lines.filter((other) => other !== line && isCrossed(place.box, other)).length;
  });
  const found = lines.map(() => undefined);
  // Lines with the fewest options come first; each takes the position that blocks the others least.
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

// The positions of numbers that are shown on demand, those of the lines `wanted` (indices): { parts: index → position,
// hidden: the indices of numbers that give way to them }. One without space beside those before it is left out. `isKept` says
// which of the other numbers stay.
export function placeOnDemand(wanted, isKept, { lines, parts, units, style }) {
  const placed = lines.map((line, index) => parts[index] !== undefined && boxAlong(line, parts[index], style));
  const taken = [...units.flatMap((unit) => boxesOfUnit(unit, style)), ...placed.filter((box, index) => box && isKept(index))];
  const found = new Map();
  const boxes = [];
  for (const index of wanted) {
    const near = placesAlong(lines[index], style).sort((one, other) => Math.abs(one.part - lines[index].part) - Math.abs(other.part - lines[index].part));
    const place = near.find(({ box }) => ![...taken, ...boxes].some((other) => meet(box, other))) ?? (boxes.length ? undefined : near[0]);
    if (!place) continue;
    found.set(index, place.part);
    boxes.push(place.box);
  }
  const hidden = new Set([...lines.keys()].filter((index) => placed[index] && boxes.some((box) => meet(box, placed[index]))));
  return { parts: found, hidden };
}

function placesAlong(line, style) {
  const { from, to, part } = line;
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const count = Math.floor(length / STEP);
  const parts = [part, ...Array.from({ length: count }, (_, index) => (index + 0.5) / count)];
  return parts.map((along) => ({ part: along, box: boxAlong(line, along, style) }));
}

function boxAlong({ from, to }, along, { font }) {
  const [wide, high] = [to.x - from.x, to.y - from.y];
  return boxAt(from.x + wide * along, from.y + high * along, numberWidth(font) + 2 * EDGE, font + 5, Math.atan2(high, wide));
}

// The cost of a position: the share that it blocks of the options of other numbers, the lines that it
// crosses, and its distance from the preferred position.
function costOf({ box, part, crossed }, wanted, others) {
  const taken = others.map((places) => places.filter((place) => meet(place.box, box)).length / places.length);
  return taken.reduce((sum, share) => sum + share * share, 0) + 0.06 * crossed + 0.8 * Math.abs(part - wanted);
}
