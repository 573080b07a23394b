// Where the units and the weights of the picture are, in pixels.
export const MANY = 8; // units that a layer shows one by one
const LABELLED = 32; // weights between two layers that all have their numbers

// The units of a layer that are shown. A large layer has a first few, one slot for the unit that is
// of interest now, and a last one: whatever is of interest, nothing else moves.
export function shownUnits(size, isOpen, wanted) {
  if (size <= MANY || isOpen) return Array.from({ length: size }, (_, unit) => ({ unit }));
  const fixed = [0, 1, 2, 3];
  const free = wanted > 3 && wanted < size - 1 ? wanted : 4;
  return [...fixed, free, size - 1].map((unit, slot) => ({ unit, isGap: slot === 4 }));
}

export function layOut(sizes, { width, height, open, wanted }) {
  const narrow = width < 560;
  const [left, right, top, bottom] = narrow ? [30, 70, 26, 16] : [64, 138, 36, 14];
  const slots = sizes.map((size, layer) => shownUnits(size, open.has(layer), wanted(layer)));
  const isAnyLarge = sizes.some((size) => size > MANY);
  const room = height - top - bottom - (isAnyLarge ? 30 : 0); // below are the buttons that open them
  const closest = room / Math.max(...slots.map((units) => units.length));
  const radius = Math.max(12, Math.min(narrow ? 21 : 27, (closest - 18) / 2));
  const layers = sizes.map((_, layer) => {
    const units = slots[layer];
    const x = sizes.length === 1 ? width / 2 : left + ((width - left - right) * layer) / (sizes.length - 1);
    // Few units keep together: their weights then spread like a fan.
    const gap = Math.min(room / units.length, units.length === 1 ? room : units.length === 2 ? room * 0.46 : room);
    const middle = top + room / 2;
    return units.map((each, slot) => ({
      ...each,
      layer,
      x,
      y: middle + (slot - (units.length - 1) / 2) * gap,
    }));
  });
  return { layers, radius, narrow, crowded: closest < 70 };
}

// The lines between two layers, and where along each its number stands: at another part of the way
// for each unit of the smaller layer, so that the numbers stand in columns and do not overlap.
export function linesBetween(below, above) {
  const byInput = below.length <= above.length;
  const columns = Math.min(below.length, above.length);
  const labelled = below.length * above.length <= LABELLED;
  return above.flatMap((to, i) =>
    below.map((from, j) => {
      const column = byInput ? j : i;
      const [first, end] = columns > 2 ? [0.28, 0.7] : byInput ? [0.38, 0.66] : [0.3, 0.6];
      const part = columns === 1 ? (byInput ? 0.62 : 0.36) : first + ((end - first) * column) / (columns - 1);
      return { from, to, part, labelled };
    }),
  );
}
