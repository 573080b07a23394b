// Between which numbers the outputs of a network lie; where they have no bounds, about which.
const BOUNDS = {
  ACTIVATION_SIGMOID: [0, 1],
  ACTIVATION_SOFTMAX: [0, 1],
  ACTIVATION_TANH: [-1, 1],
};

export function rangeOf({ activations }) {
  const bounds = BOUNDS[activations.at(-1)];
  const [low, high] = bounds ?? [0, 1];
  return { low, high, isBounded: Boolean(bounds) };
}
