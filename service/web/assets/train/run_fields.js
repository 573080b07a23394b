// The fields of the form for a network and the settings of its run: the reverse of settings.js.
import { initializerKinds, numbersOf } from "../shared/functions.js";
import { DEFAULTS } from "./settings.js";

export function runFields({ layerSizes, activations, bias, costFunction, initializer }, settings) {
  const { trainingSet, learningRate, batchSize, epochs, shuffleSeed } = settings;
  return {
    data: trainingSet,
    hidden: layerSizes.slice(1, -1).join("-"),
    activation: activations[0],
    output: activations.at(-1),
    cost: costFunction,
    bias,
    ...initializerFields(initializer ?? {}),
    rate: String(learningRate),
    batch: String(batchSize),
    epochs: String(epochs),
    shuffle: String(shuffleSeed ?? ""),
    ...optimizerFields(settings.optimizer ?? {}),
    ...gradientFields(settings),
    ...scheduleFields(settings.schedule),
    ...exampleFields(settings),
    ...validationFields(settings.validation ?? {}),
    ...stopFields(settings.stop ?? {}),
  };
}

// 0 is the default of all of these.
const text = (value) => (Number(value) ? String(value) : "");
const known = (kind, other) => (!kind || kind.endsWith("_UNSPECIFIED") ? other : kind);

// The texts of those numbers of a kind that are not its defaults.
function typedFields(names, numbers, usual) {
  const typed = (name) => (numbers[name] === undefined || numbers[name] === usual[name] ? "" : String(numbers[name]));
  return Object.fromEntries(names.map((name) => [name, typed(name)]));
}

// Weights can also be given.
function initializerFields({ kind, seed, ...numbers }) {
  if (!initializerKinds().includes(kind)) return { initializer: DEFAULTS.initializer, seed: DEFAULTS.seed };
  return { initializer: kind, seed: seed ?? "", ...typedFields(["low", "high", "deviation"], numbers, numbersOf(kind)) };
}

function optimizerFields({ kind: sent, weightDecay, decayWeightsOnly, dampening, ...numbers }) {
  const kind = known(sent, DEFAULTS.optimizer);
  return {
    optimizer: kind,
    ...typedFields(["momentum", "beta1", "beta2", "epsilon"], numbers, numbersOf(kind)),
    dampening: text(dampening),
    decay: text(weightDecay),
    decayWeightsOnly: Boolean(decayWeightsOnly),
  };
}

const gradientFields = ({ penalty, clipping, frozen }) => ({
  l1: text(penalty?.l1),
  l2: text(penalty?.l2),
  clipValue: text(clipping?.value),
  clipNorm: text(clipping?.norm),
  frozenLayers: (frozen?.layers ?? []).join(" "),
  frozenBiases: Boolean(frozen?.biases),
});

const scheduleFields = (schedule = {}) => ({
  schedule: known(schedule.kind, DEFAULTS.schedule),
  scheduleUnit: known(schedule.unit, DEFAULTS.scheduleUnit),
  warmup: text(schedule.warmup),
  period: text(schedule.period),
  factor: text(schedule.factor),
  minimum: text(schedule.minimum),
  rates: (schedule.rates ?? []).join(" "),
  schedulePatience: text(schedule.patience),
  scheduleDelta: text(schedule.minDelta),
});

const exampleFields = ({ batchMode, labelSmoothing, classWeights = [], dropout }) => ({
  batchMode: known(batchMode, DEFAULTS.batchMode),
  labelSmoothing: text(labelSmoothing),
  classWeights: classWeights.join(" "),
  dropout: (dropout?.rates ?? []).join(" "),
  dropoutSeed: text(dropout?.seed),
});

const validationFields = ({ share, folds, fold, seed, trainingSet, every, unit }) => ({
  share: text(share),
  folds: text(folds),
  fold: text(fold),
  splitSeed: text(seed),
  validationSet: trainingSet ?? "",
  every: text(every),
  everyUnit: known(unit, DEFAULTS.everyUnit),
});

const stopFields = ({ costBelow, maxUpdates, nonFiniteCost, patience, minDelta, restoreBest }) => ({
  below: String(costBelow ?? ""),
  most: text(maxUpdates),
  patience: text(patience),
  minDelta: text(minDelta),
  stopNonFinite: Boolean(nonFiniteCost),
  restoreBest: Boolean(restoreBest),
});
