// What the picture of a large network shows at a moment: for each layer, its matrix, the activations that the matrix
// multiplies, and the numbers of its units.
import { largest } from "../shared/interval.js";
import { keyAt, parameterOf, valueAt } from "../shared/parameters.js";
import { gradientSums } from "./gradient_sums.js";

// The parts that take part in a phase: of the block of its layer, and of the block above it.
const LIT = {
  FORWARD: { own: ["below", "matrix", "z", "a"] },
  DROP_ACTIVATIONS: { own: ["a"] },
  COST: { own: ["a", "y"] },
  WEIGH_COST: { own: [] },
  DELTAS: { own: ["a", "y", "δ"], above: ["matrix", "δ"] },
  WEIGH_DELTAS: { own: ["δ"] },
  DROP_DELTAS: { own: ["δ"] },
  ADD: { own: ["below", "matrix", "δ"] },
  DIVIDE: { own: ["matrix"] },
  UPDATE: { own: ["matrix", "b"] },
};

const NONE = []; // the same one each time, so that what shows it is not drawn again

// `scale` is the size of a weight in full colour. The new value of the weight `secret` stays hidden.
export function blocksOf(opened, moment, scale, secret) {
  const { network, trace } = opened;
  const scales = scalesOf(opened);
  const vectors = vectorsOf(opened, moment);
  const lit = litParts(moment);
  const last = network.layerSizes.length - 1;
  return trace.before.map(({ units, inputs }, index) => {
    const layer = index + 1;
    const isIn = (part) => lit(layer, part);
    const column = (symbol, values, size) => ({ symbol, values, scale: size, isLit: isIn(symbol), marks: marksIn(moment, layer, "row") });
    const biases = network.bias ? [{ ...column("b", biasesOf(opened, moment, layer), scale), isBias: true, marks: NONE }] : [];
    const targets = layer === last ? [column("y", moment.kind === "ZERO" ? null : moment.example.targets.values, scales.a[last])] : [];
    return {
      layer,
      units,
      inputs,
      isLit: moment.lit.layer === layer,
      below: {
        symbol: layer === 1 ? "x" : "a",
        values: vectors("a", layer - 1),
        scale: scales.a[layer - 1],
        isLit: isIn("below"),
        marks: marksIn(moment, layer - 1, "column"),
      },
      matrix: { ...matrixOf(opened, moment, layer, scale), isLit: isIn("matrix"), marks: weightMarksIn(moment, layer) },
      read: readerOf(opened, moment, layer, secret),
      columns: [
        ...biases,
        column("z", vectors("z", layer), scales.z[layer]),
        column("a", vectors("a", layer), scales.a[layer]),
        ...targets,
        column("δ", vectors("δ", layer), scales["δ"][layer]),
      ],
    };
  });
}

// The weights alone, of an update without a batch; `changed` are the keys of parameters to mark.
export function stillBlocks(layers, scale, changed = []) {
  const marks = changed.map(parameterOf);
  return layers.map(({ units, inputs, weights, biases }, index) => {
    const layer = index + 1;
    const own = marks.filter((each) => each.layer === layer);
    const column = { symbol: "b", values: biases, scale, isBias: true, marks: own.filter(({ input }) => input === undefined).map(({ unit }) => ({ row: unit })) };
    const ofWeights = own.filter(({ input }) => input !== undefined).map(({ unit, input }) => ({ row: unit, column: input }));
    return { layer, units, inputs, matrix: { ...weightsOf(weights, scale), marks: ofWeights }, read: (key) => valueAt(layers, key), columns: biases.length ? [column] : [] };
  });
}

function litParts({ kind, phase, lit }) {
  const { own = [], above = [] } = LIT[kind] ?? {};
  return (layer, part) => (layer === lit.layer && own.includes(part)) || (phase.layer !== undefined && layer === phase.layer + 1 && above.includes(part));
}

// The units of a layer that take part in the line: the row or column of each.
function marksIn({ lit }, layer, side) {
  const units = [...lit.units].map((id) => id.split(".").map(Number)).filter(([of]) => of === layer);
  return units.length ? units.map(([, unit]) => ({ [side]: unit, isNow: true })) : NONE;
}

// The weights into a layer that take part in the line.
function weightMarksIn({ lit }, layer) {
  const weights = [...lit.weights].map(parameterOf).filter((each) => each.layer === layer && each.input !== undefined);
  return weights.length ? weights.map(({ unit, input }) => ({ row: unit, column: input, isNow: true })) : NONE;
}

const VECTORS = { z: ["LOGIT", "logits"], a: ["ACTIVATION", "activations"], δ: ["DELTA", "deltas"] };

// vectors(symbol, layer): what is computed of a vector by now, NaN where it is not; null if nothing is.
function vectorsOf({ walk }, { kind, example, known }) {
  return (symbol, layer) => {
    if (kind === "ZERO") return null;
    if (layer === 0) return example.inputs.values;
    const [role, name] = VECTORS[symbol];
    const { values } = example[name][layer - 1];
    if (known(role, layer)) return values;
    if (walk.hasNoLines) return null; // of a phase, all or nothing
    const partly = values.map((value, unit) => (known(role, layer, unit) ? value : NaN));
    return partly.every(Number.isNaN) ? null : partly;
  };
}

// The matrix of a layer: G while gradients are added to it, G/n once it is divided, else the weights: the new ones as
// far as they are computed.
function matrixOf(opened, moment, layer, scale) {
  const { trace } = opened;
  const kind = kindIn(moment, layer);
  if (kind === "ADD") {
    const { weights, count } = gradientSums(opened, moment, layer);
    return { symbol: "G", name: "Sum of gradients", values: weights, version: count, scale: scalesOf(opened).mean(layer) * trace.exampleCount };
  }
  if (kind === "DIVIDE") return { symbol: "G/n", name: "Mean gradients", values: trace.gradient[layer - 1].weights, scale: scalesOf(opened).mean(layer) };
  const isNew = moment.after.hasLayer(layer);
  return weightsOf(isNew ? trace.after[layer - 1].weights : newWeights(opened, moment, layer), scale);
}

const kindIn = ({ kind, phase }, layer) => (phase.layer === layer ? kind : undefined);

// What reads a number of the matrix by the key of its weight.
function readerOf({ trace }, moment, layer, secret) {
  const kind = kindIn(moment, layer);
  if (kind === "ADD") return moment.sum.get;
  if (kind === "DIVIDE") return moment.mean.get;
  return (key) => (key === secret ? valueAt(trace.before, key) : moment.weight(key));
}

const weightsOf = (values, scale) => ({ symbol: "w", name: "Weights", values, scale });

// While lines of the update are shown, one weight after the other becomes a new one.
function newWeights({ walk, trace }, { kind, phase, weight }, layer) {
  const { weights, inputs } = trace.before[layer - 1];
  if (walk.hasNoLines || kind !== "UPDATE" || phase.layer !== layer) return weights;
  return weights.map((_, index) => weight(keyAt(layer, Math.floor(index / inputs), index % inputs)));
}

function biasesOf({ walk, trace }, { after, weight }, layer) {
  const { biases } = trace.before[layer - 1];
  if (after.hasLayer(layer)) return trace.after[layer - 1].biases;
  return walk.hasNoLines ? biases : biases.map((_, unit) => weight(keyAt(layer, unit)));
}

const scalesOfUpdates = new WeakMap();

// The sizes of inputs, logits, activations, deltas and mean gradients in full colour, by layer: the largest of the
// examples that are loaded first, so that colours mean the same throughout an update.
function scalesOf({ trace }) {
  if (!scalesOfUpdates.has(trace)) {
    const most = (vectorsIn) => trace.examples.map(vectorsIn).reduce((all, vectors) => vectors.map((vector, index) => Math.max(all[index] ?? 1e-12, largest(vector.values))), []);
    const NONE = { values: [] };
    const means = [];
    scalesOfUpdates.set(trace, {
      a: most(({ inputs, activations }) => [inputs, ...activations]),
      z: most(({ logits }) => [NONE, ...logits]),
      δ: most(({ deltas }) => [NONE, ...deltas]),
      mean: (layer) => (means[layer] ??= largest(trace.gradient[layer - 1].weights) || 1e-12),
    });
  }
  return scalesOfUpdates.get(trace);
}
