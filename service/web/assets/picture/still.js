// What the picture shows of a network without an example: its weights.
import { valueAt } from "../shared/parameters.js";

const MANY = 8; // units of a layer that can be told apart
const WEIGHTS = 100; // more lines cannot be distinguished in half the width of a window

// Whether units and lines of the network can be told apart.
export const isReadable = ({ layerSizes }) => layerSizes.every((count) => count <= MANY);

// Whether a picture of half the width can show the whole network.
export const isSmall = (network) => isReadable(network) && Number(network.parameterCount) <= WEIGHTS;

const [LEAST, PITCH] = [290, 48]; // pixels; the space of a unit with its bias

// The height in which a picture of half the width has no numbers over each other.
export const heightOf = ({ layerSizes }) => Math.max(LEAST, PITCH * Math.max(...layerSizes));

// `layers` as the service sends them; `lit` are the keys of weights to highlight.
export const stillView = (network, layers, lit = new Set()) => ({
  network,
  hasExamples: false,
  hasTargets: false,
  lit: { units: new Set(), weights: lit },
  weight: (key) => valueAt(layers, key),
  isAfter: () => false,
  isSecret: () => false,
  unit: () => ({}),
});
