// The fields of the form as texts, and the requests that they make.
import { numberOrText, optionalNumber } from "../shared/number_input.js";
import { sentence } from "../shared/sentence.js";
import { GROUPS } from "./more/groups.js";
import { GENERATED_FIELDS, GENERATED_PLACES } from "./generators.js";
import { typedOf } from "./more/optimizer.js";

export const DEFAULTS = {
  name: "",
  data: "xor",
  table: "",
  comma: false,
  targets: "1",
  ...GENERATED_FIELDS,
  hidden: "5",
  activation: "ACTIVATION_SIGMOID",
  output: "ACTIVATION_SIGMOID",
  bias: false,
  cost: "",
  seed: "7",
  optimizer: "OPTIMIZER_KIND_GRADIENT_DESCENT",
  rate: "5",
  batch: "4",
  epochs: "10000",
  shuffle: "",
  ...Object.assign({}, ...GROUPS.map(({ defaults }) => defaults)),
};

export const CUSTOM = "custom table"; // no id of a training set contains a space

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
    initializer: { kind: values.initializer, seed: optionalNumber(values.seed), ...typedOf(values, values.initializer) },
  };
}

export const runOf = (values, set) => ({
  trainingSet: set.trainingSet,
  learningRate: numberOrText(values.rate),
  batchSize: numberOrText(values.batch),
  epochs: numberOrText(values.epochs),
  shuffleSeed: optionalNumber(values.shuffle),
  ...Object.assign({}, ...GROUPS.map(({ settingsOf }) => settingsOf(values))),
});

// The field of the form for each field of the contract.
const PLACES = [
  [/^network$/, "name"],
  ...GENERATED_PLACES,
  [/^layer_?sizes/i, "hidden"],
  [/^activations/, "output"],
  [/^cost_?function/i, "cost"],
  [/^(settings\.training_?set|examples|training_?set)/i, "data"],
  [/^settings\.learning_?rate/i, "rate"],
  [/^settings\.batch_?size/i, "batch"],
  [/^settings\.epochs/, "epochs"],
  [/^settings\.shuffle_?seed/i, "shuffle"],
  ...GROUPS.flatMap(({ places }) => places),
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
