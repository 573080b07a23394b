// What the inputs of images range over: the same grey, or colour, for a number in all of them.

// The lowest and highest input of some examples, which are black and white.
export function rangeOfInputs(examples) {
  let [low, high] = [Infinity, -Infinity];
  for (const { inputs } of examples) {
    for (const value of inputs) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low < high ? { low, high } : { low: Math.min(low, 0), high: Math.max(high, 1) };
}
