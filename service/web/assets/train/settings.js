// The fields of the form as texts, and the requests that they make.
import { numbersOf } from "../shared/functions.js";
import { numberOrText } from "../shared/number_input.js";
import { sentence } from "../shared/sentence.js";

export const DEFAULTS = {
  name: "",
  data: "xor",
  table: "",
  comma: false,
  stopNonFinite: false,
  targets: "1",
  hidden: "5",
  activation: "ACTIVATION_SIGMOID",
  output: "ACTIVATION_SIGMOID",
  bias: false,
  cost: "",
  seed: "7",
  initializer: "INITIALIZER_KIND_UNIFORM",
  low: "",
  high: "",
  optimizer: "OPTIMIZER_KIND_GRADIENT_DESCENT",
  rate: "5",
  batch: "4",
  epochs: "10000",
  shuffle: "",
  momentum: "",
  beta1: "",
  beta2: "",
  epsilon: "",
  decay: "",
  below: "",
  most: "",
};

export const CUSTOM = "custom table"; // no id of a training set contains a space

// Absent if nothing was typed.
const optional = (text) => (text.trim() === "" ? undefined : numberOrText(text));

// Those fields of a kind in which something was typed.
const typedOf = (values, kind) => Object.fromEntries(Object.keys(numbersOf(kind)).map((name) => [name, optional(values[name])]));

const hiddenSizes = ({ hidden }) => hidden.split(/[^\w.-]+|-/).filter(Boolean).map(numberOrText);

export const layerSizes = (values, { inputCount, targetCount }) => [inputCount, ...hiddenSizes(values), targetCount];

export function networkOf(values, set) {
  const hidden = hiddenSizes(values);
  return {
    network: values.name.trim() || undefined,
    layerSizes: layerSizes(values, set),
    activations: [...hidden.map(() => values.activation), values.output],
    bias: values.bias,
    costFunction: values.cost || undefined,
    initializer: { kind: values.initializer, seed: optional(values.seed), ...typedOf(values, values.initializer) },
  };
}

export const runOf = (values, set) => ({
  trainingSet: set.trainingSet,
  learningRate: numberOrText(values.rate),
  batchSize: numberOrText(values.batch),
  epochs: numberOrText(values.epochs),
  shuffleSeed: optional(values.shuffle),
  optimizer: { kind: values.optimizer, weightDecay: optional(values.decay), ...typedOf(values, values.optimizer) },
  stop: { costBelow: optional(values.below), maxUpdates: optional(values.most), nonFiniteCost: values.stopNonFinite },
});

// The field of the form for each field of the contract.
const PLACES = [
  [/^network$/, "name"],
  [/^layer_?sizes/i, "hidden"],
  [/^activations/, "output"],
  [/^cost_?function/i, "cost"],
  [/^initializer\.low/, "low"],
  [/^initializer\.high/, "high"],
  [/^initializer\.kind/, "initializer"],
  [/^initializer/, "seed"],
  [/^(settings\.training_?set|examples|training_?set)/i, "data"],
  [/^settings\.learning_?rate/i, "rate"],
  [/^settings\.batch_?size/i, "batch"],
  [/^settings\.epochs/, "epochs"],
  [/^settings\.shuffle_?seed/i, "shuffle"],
  [/^settings\.optimizer\.momentum/, "momentum"],
  [/^settings\.optimizer\.beta1/, "beta1"],
  [/^settings\.optimizer\.beta2/, "beta2"],
  [/^settings\.optimizer\.epsilon/, "epsilon"],
  [/^settings\.optimizer\.weight_?decay/i, "decay"],
  [/^settings\.optimizer/, "optimizer"],
  [/^settings\.stop\.cost_?below/i, "below"],
  [/^settings\.stop/, "most"],
];

// The errors by the fields of the form; those of no field are under "".
export function placed(error) {
  const wrong = {};
  for (const { field, description } of error.violations ?? []) {
    const place = PLACES.find(([pattern]) => pattern.test(field))?.[1] ?? "";
    wrong[place] = [wrong[place], sentence(place ? description : `${field}: ${description}`)].filter(Boolean).join(" ");
  }
  if (error.field) wrong[error.field] = error.message;
  return Object.keys(wrong).length ? wrong : { "": error.message };
}
