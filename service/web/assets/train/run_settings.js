// The settings of a run in words: those that differ from the defaults.
import { enumName } from "../shared/enum_names.js";
import { whole } from "../shared/number_format.js";

const BATCH_MODES = { BATCH_MODE_END_WITH_EPOCH: " (the last of an epoch is smaller)", BATCH_MODE_DROP_LAST: " (what is left of an epoch is dropped)" };

export function settingsText(run) {
  const { trainingSet, learningRate, schedule, batchSize, batchMode, labelSmoothing, classWeights = [], dropout, shuffleSeed, stop } = run.settings;
  const parts = [
    optimizerText(run.settings),
    `learning rate ${learningRate}${schedule ? ` with ${scheduleText(schedule)}` : ""}`,
    `batch size ${batchSize}${BATCH_MODES[batchMode] ?? ""}`,
    ...gradientTexts(run.settings),
    labelSmoothing && `label smoothing ${labelSmoothing}`,
    classWeights.length > 0 && `class weights ${classWeights.join(", ")}`,
    dropout && `dropout ${dropout.rates.join(", ")}`,
    shuffleSeed !== undefined && `shuffle seed ${shuffleSeed}`,
    Number(stop?.patience) > 0 && `patience ${whole(stop.patience)}`,
  ];
  return `Training set ${trainingSet}, ${parts.filter(Boolean).join(", ")}. ${examplesText(run)}`.trim();
}

const scheduleText = ({ kind, warmup }) =>
  [kind !== "SCHEDULE_KIND_CONSTANT" && `schedule ${enumName(kind)}`, Number(warmup) > 0 && `warm-up ${whole(warmup)}`].filter(Boolean).join(" and ");

function optimizerText({ optimizer: { kind, momentum, dampening, weightDecay, decayWeightsOnly } }) {
  const numbers = [
    momentum !== undefined && `μ ${momentum}`,
    dampening && `dampening ${dampening}`,
    weightDecay && `weight decay ${weightDecay}${decayWeightsOnly ? " of weights only" : ""}`,
  ].filter(Boolean);
  return `${enumName(kind)}${numbers.length ? ` (${numbers.join(", ")})` : ""}`;
}

function gradientTexts({ penalty, clipping, frozen }) {
  const { layers = [], biases } = frozen ?? {};
  return [
    penalty?.l1 && `L1 penalty ${penalty.l1}`,
    penalty?.l2 && `L2 penalty ${penalty.l2}`,
    clipping?.value && `gradient clipped by value ${clipping.value}`,
    clipping?.norm && `gradient clipped by norm ${clipping.norm}`,
    layers.length > 0 && `frozen ${layers.length > 1 ? "layers" : "layer"} ${layers.join(", ")}`,
    biases && "frozen biases",
  ];
}

function examplesText({ trainingExamples, validationExamples, settings: { validation } }) {
  if (!Number(validationExamples)) return "";
  const others = validation.trainingSet ? `the ${whole(validationExamples)} of ${validation.trainingSet}` : `${whole(validationExamples)} others`;
  return `It trains on ${whole(trainingExamples)} examples and is validated on ${others}.`;
}
