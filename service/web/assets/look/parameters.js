// Reads single numbers out of parameters as the service sends them, layer after layer. A weight's key
// is "layer.unit.input" as in the address: layers from 1, units and inputs from 0, "b" for a bias.

export const keyOf = (layer, unit, input) => `${layer}.${unit}.${input ?? "b"}`;

export function partsOf(key) {
  const [layer, unit, input] = key.split(".");
  return { layer: Number(layer), unit: Number(unit), input: input === "b" ? undefined : Number(input) };
}

export function numberAt(layers, key) {
  const { layer, unit, input } = partsOf(key);
  const of = layers?.[layer - 1];
  return of && (input === undefined ? of.biases[unit] : of.weights[unit * of.inputs + input]);
}

// Whether the network has such a weight.
export const isKey = (network, key) =>
  /^\d+\.\d+\.(\d+|b)$/.test(key ?? "") &&
  (({ layer, unit, input }) =>
    layer >= 1 &&
    layer < network.layerSizes.length &&
    unit < network.layerSizes[layer] &&
    (input === undefined ? network.bias : input < network.layerSizes[layer - 1]))(partsOf(key));
