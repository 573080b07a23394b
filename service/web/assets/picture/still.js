// A network between updates, as the picture shows it: its weights alone.
import { valueAt } from "../shared/parameters.js";
import { MANY } from "./layout.js";

const WEIGHTS = 100; // more lines cannot be told apart in half the width of a window

// Whether all of a network can be seen in a picture that has not the whole width.
export const isSmall = ({ layerSizes, parameterCount }) =>
  layerSizes.every((count) => count <= MANY) && Number(parameterCount) <= WEIGHTS;

// `layers` as the service sends them; `lit` are the keys of weights that are to be seen first.
export const stillView = (network, layers, lit = new Set()) => ({
  network,
  hasExamples: false,
  lit: { units: new Set(), weights: lit },
  weight: (key) => valueAt(layers, key),
  isAfter: () => false,
  isSecret: () => false,
  unit: () => ({}),
});
