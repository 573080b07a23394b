// The state of a network at an update, with its numbers as arrays.
import { getBytes } from "./api.js";
import { readArrays } from "./array_file.js";

const NONE = new Float64Array();

const MANY_PARAMETERS = 50000; // of which each state takes long to arrive, as 64 bits each

export const isLarge = ({ parameterCount }) => Number(parameterCount) > MANY_PARAMETERS;

// For pictures of a large network, in a query: numbers in the smallest format that this browser reads. About three digits are right.
export const ROUNDED = { numberFormat: globalThis.Float16Array ? "NUMBER_FORMAT_FLOAT16" : "NUMBER_FORMAT_FLOAT32" };
const DIGITS = 3;
const EXACT = Float64Array.BYTES_PER_ELEMENT;

// How many digits of the numbers in `layers` are right; undefined if all are.
export const digitsOf = ([layer]) => (layer?.weights.BYTES_PER_ELEMENT < EXACT ? DIGITS : undefined);

// { layers, gradients, kind, run, epoch, … }: as in the contract; `gradients` with the view FULL, for an update with a
// batch.
export async function getState(network, query, signal) {
  const { notes, arrays } = readArrays(await getBytes(`networks/${network}/state`, query, signal));
  const layersOf = (weights, biases) => {
    const found = [];
    for (let layer = 1; arrays[`layer_${layer}_${weights}`]; layer += 1) {
      const { shape: [units, inputs], numbers } = arrays[`layer_${layer}_${weights}`];
      found.push({ units, inputs, weights: numbers, biases: arrays[`layer_${layer}_${biases}`]?.numbers ?? NONE });
    }
    return found;
  };
  return { ...notes, layers: layersOf("weights", "biases"), gradients: layersOf("weight_gradients", "bias_gradients") };
}

// The update of a state as a list of updates has it, with its cost and validation.
export function updateOf({ update, kind, run, epoch, cost, learningRate, ...notes }) {
  const validation = notes["validation.cost"] === undefined ? undefined : { cost: numberOf(notes["validation.cost"]), accuracy: numberOf(notes["validation.accuracy"]) };
  return { update, kind, run, epoch, cost: numberOf(cost), learningRate: numberOf(learningRate), validation };
}

// Numbers that are not finite stay texts, as in JSON.
const numberOf = (text) => (text === undefined || !Number.isFinite(Number(text)) ? text : Number(text));
