// The functions that networks and runs can use, as the service describes them. They are asked for once,
// before anything is shown that needs them.

let described = null;

// `info` is the answer of GetServerInfo.
export function describe(info) {
  described = info;
}

const valuesOf = (list, name) => list.map((each) => each[name]);
const kindsOf = (list) => list.map(({ defaults }) => defaults.kind);

// Of a hidden layer, and of the outputs.
export const activationKinds = () => valuesOf(described.activations.filter(({ outputsOnly }) => !outputsOnly), "activation");
export const outputActivationKinds = () => valuesOf(described.activations, "activation");
export const costFunctionKinds = () => valuesOf(described.costFunctions, "costFunction");
export const optimizerKinds = () => kindsOf(described.optimizers);
export const initializerKinds = () => kindsOf(described.initializers);

// Between which numbers the activations of a kind lie; null where they have no bounds.
export function boundsOf(activation) {
  const { lowerBound, upperBound } = described.activations.find((each) => each.activation === activation);
  return lowerBound === undefined ? null : [lowerBound, upperBound];
}

// The numbers that only some optimizers or initializers have: { name: what is used where none is given }.
export function numbersOf(kind) {
  const { defaults } = [...described.optimizers, ...described.initializers].find((each) => each.defaults.kind === kind);
  return Object.fromEntries(Object.entries(defaults).filter(([name]) => !COMMON.has(name)));
}

const COMMON = new Set(["kind", "weightDecay"]);
