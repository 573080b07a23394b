// G as a picture: the sum of outer products δ·a of the examples so far. The service computes the same numbers in the
// same order; only the colours of the picture come from here.
import { keyAt } from "../shared/parameters.js";
import { KIND } from "./moment.js";

const sumsOfTraces = new WeakMap();

// { weights, count }: the weights of G of a layer at a moment in its phase ADD, an array that changes with `count`, the
// number of examples in it. All examples until then are loaded.
export function gradientSums({ walk, trace }, moment, layer) {
  if (!walk.hasNoLines) return byLines(trace, moment, layer);
  const count = walk.phases.slice(0, moment.phaseNumber + 1).filter((phase) => phase.kind === `${KIND}ADD` && phase.layer === layer).length;
  if (!sumsOfTraces.has(trace)) sumsOfTraces.set(trace, new Map());
  const sums = sumsOfTraces.get(trace);
  const { units, inputs } = trace.before[layer - 1];
  let sum = sums.get(layer);
  if (sum?.count !== count) {
    if (!(sum?.count < count)) sum = { count: 0, weights: new Float64Array(units * inputs) };
    for (; sum.count < count; sum.count += 1) add(sum.weights, trace.examples.find(({ position }) => position === sum.count), layer);
    sums.set(layer, sum);
  }
  return sum;
}

// Adds the gradient of an example.
function add(weights, { inputs, activations, deltas }, layer) {
  const below = layer === 1 ? inputs.values : activations[layer - 2].values;
  deltas[layer - 1].values.forEach((delta, unit) => {
    const start = unit * below.length;
    for (let input = 0; input < below.length; input += 1) weights[start + input] += delta * below[input];
  });
}

// What the lines of the walk have added.
function byLines({ before }, { sum, zeroed }, layer) {
  const { units, inputs } = before[layer - 1];
  const weights = Float64Array.from({ length: units * inputs }, (_, index) => sum.get(keyAt(layer, Math.floor(index / inputs), index % inputs)) ?? (zeroed ? 0 : NaN));
  return { weights };
}
