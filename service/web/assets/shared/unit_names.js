// Names of layers, units and parameters: they count from 1, the contract counts from 0.

const last = ({ layerSizes }) => layerSizes.length - 1;

// "hidden layer", "hidden layer 2", "output"
export function layerName(network, layer) {
  if (layer === 0) return "inputs";
  if (layer === last(network)) return network.layerSizes[layer] === 1 ? "output" : "outputs";
  return last(network) === 2 ? "hidden layer" : `hidden layer ${layer}`;
}

export function unitName(network, layer, unit) {
  if (layer === 0) return `input ${unit + 1}`;
  if (layer === last(network)) return `output ${unit + 1}`;
  return last(network) === 2 ? `hidden ${unit + 1}` : `hidden ${layer}.${unit + 1}`;
}

// "hidden 3 ← input 2", "hidden 3 bias"
export function parameterName(network, { layer, unit, input }) {
  const to = unitName(network, layer, unit);
  return input === undefined ? `${to} bias` : `${to} ← ${unitName(network, layer - 1, input)}`;
}

// The symbol that formulas use: "w1[3,2]", "b1[3]"
export const parameterSymbol = ({ layer, unit, input }) =>
  input === undefined ? `b${layer}[${unit + 1}]` : `w${layer}[${unit + 1},${input + 1}]`;
