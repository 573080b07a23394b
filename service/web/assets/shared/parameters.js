// Keys of single parameters, as in the contract: layers from 1, units and inputs from 0.

// "1.0.2" is the weight that leads from input 2 to unit 0 of layer 1; "1.0.bias" is that unit's bias.
export const keyAt = (layer, unit, input) => `${layer}.${unit}.${input ?? "bias"}`;
export const keyOf = ({ layer, unit, input }) => keyAt(layer, unit, input);

export function parameterOf(key) {
  const [layer, unit, input] = (key ?? "").split(".");
  if (input === undefined) return null;
  const parameter = { layer: Number(layer), unit: Number(unit) };
  return input === "bias" ? parameter : { ...parameter, input: Number(input) };
}

// The value of a parameter in `layers`, which are as the service sends them.
export function valueOf(layers, { layer, unit, input }) {
  const found = layers[layer - 1];
  return input === undefined ? found?.biases[unit] : found?.weights[unit * found.inputs + input];
}

// The same by its key; undefined if there are no layers, or not this one.
export const valueAt = (layers, key) => layers && valueOf(layers, parameterOf(key));

// Whether the network has such a parameter.
export function isKey(network, key) {
  if (!/^\d+\.\d+\.(\d+|bias)$/.test(key ?? "")) return false;
  const { layer, unit, input } = parameterOf(key);
  if (layer < 1 || layer >= network.layerSizes.length || unit >= network.layerSizes[layer]) return false;
  return input === undefined ? network.bias : input < network.layerSizes[layer - 1];
}

// The parameters of `layers` in their order, each with its value; the first `most` of them.
export function parametersOf(layers, most = Infinity) {
  const found = [];
  layers.forEach(({ inputs, weights, biases }, index) => {
    const layer = index + 1;
    const [ofWeights, ofBiases] = [Math.min(weights.length, most - found.length), Math.min(biases.length, most - found.length - weights.length)];
    for (let at = 0; at < ofWeights; at += 1) found.push({ layer, unit: Math.floor(at / inputs), input: at % inputs, value: weights[at] });
    for (let unit = 0; unit < ofBiases; unit += 1) found.push({ layer, unit, value: biases[unit] });
  });
  return found;
}
