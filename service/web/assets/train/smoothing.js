// A curve without the noise of batches: exponential smoothing with bias correction, as Adam's means.

// The shares of the width of the curve after which a value counts e times less, by their names in the address.
export const SHARES = { off: undefined, weak: 1 / 150, medium: 1 / 50, strong: 1 / 15 };
export const USUAL = "medium";

// `ys` over `xs`, smoothed; what is not a number is left out and stays as it is.
export function smoothed(xs, ys, share) {
  const width = share * (xs.at(-1) - xs[0]) || 1;
  let [sum, weight, before] = [0, 0, xs[0]];
  return ys.map((y, index) => {
    if (typeof y !== "number") return y;
    const kept = Math.exp((before - xs[index]) / width);
    const added = weight ? 1 - kept : 1 - Math.exp(-1 / width);
    [sum, weight, before] = [sum * kept + y * added, weight * kept + added, xs[index]];
    return sum / weight;
  });
}
