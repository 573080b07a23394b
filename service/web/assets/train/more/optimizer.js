// The numbers of the optimizer, and weight decay.
import { numbersOf } from "../../shared/functions.js";
import { html } from "../../shared/html.js";
import { optionalNumber } from "../../shared/number_input.js";
import { Entry } from "../fields.js";

const LABELS = { momentum: "Momentum μ", beta1: "β₁", beta2: "β₂", epsilon: "ε" };

// Those numbers of a kind for which something was typed.
export const typedOf = (values, kind) => Object.fromEntries(Object.keys(numbersOf(kind)).map((name) => [name, optionalNumber(values[name])]));

// A field for each number of a kind; the placeholders are the defaults.
export const NumberFields = ({ kind, labels, ...field }) =>
  Object.entries(numbersOf(kind)).map(([name, value]) => html`<${Entry} key=${name} ...${field} name=${name} label=${labels[name]} placeholder=${String(value)} />`);

export const OPTIMIZER = {
  legend: "Optimizer",
  labels: LABELS,
  defaults: { momentum: "", beta1: "", beta2: "", epsilon: "", decay: "" },
  Fields: (field) => html`
    <${NumberFields} ...${field} kind=${field.values.optimizer} labels=${LABELS} />
    <${Entry} ...${field} name="decay" label="Weight decay" placeholder="None" />
  `,
  settingsOf: (values) => ({
    optimizer: { kind: values.optimizer, weightDecay: optionalNumber(values.decay), ...typedOf(values, values.optimizer) },
  }),
  places: [
    ...Object.keys(LABELS).map((name) => [new RegExp(`^settings\\.optimizer\\.${name}`), name]),
    [/^settings\.optimizer\.weight_?decay/i, "decay"],
    [/^settings\.optimizer/, "optimizer"],
  ],
};
