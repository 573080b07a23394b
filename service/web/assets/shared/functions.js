// The functions that networks and runs can use, as the service describes them. The page requests them
// once, before it shows anything that needs them.

let described = null;

// `info` is the response of GetServerInfo.
export function describe(info) {
  described = info;
}

const valuesOf = (list, name) => list.map((each) => each[name]);
const kindsOf = (list) => list.map(({ defaults }) => defaults.kind);

// For hidden layers, and for the output layer.
export const activationKinds = () => valuesOf(described.activations.filter(({ outputsOnly }) => !outputsOnly), "activation");
export const outputActivationKinds = () => valuesOf(described.activations, "activation");
export const costFunctionKinds = () => valuesOf(described.costFunctions, "costFunction");
export const optimizerKinds = () => kindsOf(described.optimizers);
export const initializerKinds = () => kindsOf(described.initializers);

// The lower and upper bound of an activation function; null if it has none.
export function boundsOf(activation) {
  const { lowerBound, upperBound } = described.activations.find((each) => each.activation === activation);
  return lowerBound === undefined ? null : [lowerBound, upperBound];
}

// The numbers that only some optimizers or initializers have: { name: its default }.
export function numbersOf(kind) {
  const { defaults } = [...described.optimizers, ...described.initializers].find((each) => each.defaults.kind === kind);
  return Object.fromEntries(Object.entries(defaults).filter(([name]) => !COMMON.has(name)));
}

const COMMON = new Set(["kind", "weightDecay", "decayWeightsOnly"]);
