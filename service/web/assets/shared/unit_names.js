// Names of layers, units and parameters: they count from 1, the contract counts from 0.

const last = ({ layerSizes }) => layerSizes.length - 1;

// "hidden layer", "hidden layer 2", "output"
export function layerName(network, layer) {
  if (layer === 0) return "inputs";
  if (layer === last(network)) return network.layerSizes[layer] === 1 ? "output" : "outputs";
  return last(network) === 2 ? "hidden layer" : `hidden layer ${layer}`;
}

// "input 3 (petal_length)": with the names of columns, categories and classes, if the network has a preparation.
export function unitName(network, layer, unit) {
  const { inputs, outputs } = unitNames(network);
  const known = (names) => (names[unit] === undefined ? "" : ` (${names[unit]})`);
  if (layer === 0) return `input ${unit + 1}${known(inputs)}`;
  if (layer === last(network)) return `output ${unit + 1}${known(outputs)}`;
  return unitNumber(network, layer, unit);
}

// "input 3", "hidden 2": without the name of a column, for where there is little room.
export function unitNumber(network, layer, unit) {
  if (layer === 0) return `input ${unit + 1}`;
  if (layer === last(network)) return `output ${unit + 1}`;
  return last(network) === 2 ? `hidden ${unit + 1}` : `hidden ${layer}.${unit + 1}`;
}

const namesOfPreparations = new WeakMap();

// The names of the inputs and outputs in order; none without a preparation.
export function unitNames({ preparation }) {
  if (!preparation) return { inputs: [], outputs: [] };
  if (!namesOfPreparations.has(preparation)) {
    const { inputs, targets } = preparation.table;
    namesOfPreparations.set(preparation, {
      inputs: inputs.flatMap(columnUnits),
      outputs: targets.classes?.length ? targets.classes : targets.names,
    });
  }
  return namesOfPreparations.get(preparation);
}

function columnUnits({ name, categories = [], hasMissing }) {
  const units = categories.length ? categories.map((category) => `${name} = ${category}`) : [name];
  return hasMissing ? [...units, `${name} is missing`] : units;
}

// "hidden 3 ← input 2", "hidden 3 bias"
export function parameterName(network, { layer, unit, input }) {
  const to = unitName(network, layer, unit);
  return input === undefined ? `${to} bias` : `${to} ← ${unitName(network, layer - 1, input)}`;
}

// The symbol that formulas use: "w1[3,2]", "b1[3]"
export const parameterSymbol = ({ layer, unit, input }) =>
  input === undefined ? `b${layer}[${unit + 1}]` : `w${layer}[${unit + 1},${input + 1}]`;
