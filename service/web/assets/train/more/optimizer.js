// The numbers of the optimizer, and weight decay.
import { numbersOf } from "../../shared/functions.js";
import { html } from "../../shared/html.js";
import { optionalNumber } from "../../shared/number_input.js";
import { Check, Entry } from "../fields.js";

const LABELS = { momentum: "Momentum μ", beta1: "β₁", beta2: "β₂", epsilon: "ε" };

// Those numbers of a kind for which something was typed.
export const typedOf = (values, kind) => Object.fromEntries(Object.keys(numbersOf(kind)).map((name) => [name, optionalNumber(values[name])]));

// A field for each number of a kind; the placeholders are the defaults.
export const NumberFields = ({ kind, labels, ...field }) =>
  Object.entries(numbersOf(kind)).map(([name, value]) => html`<${Entry} key=${name} ...${field} name=${name} label=${labels[name]} placeholder=${String(value)} />`);

const isMomentum = (kind) => kind === "OPTIMIZER_KIND_MOMENTUM";

export const OPTIMIZER = {
  legend: "Optimizer",
  labels: LABELS,
  defaults: { momentum: "", beta1: "", beta2: "", epsilon: "", dampening: "", decay: "", decayWeightsOnly: false },
  Fields: (field) => html`
    <${NumberFields} ...${field} kind=${field.values.optimizer} labels=${LABELS} />
    ${isMomentum(field.values.optimizer) && html`<${Entry} ...${field} name="dampening" label="Dampening" placeholder="0" />`}
    <${Entry} ...${field} name="decay" label="Weight decay" placeholder="None" />
    <${Check} ...${field} name="decayWeightsOnly" label="Decay weights only, not biases" />
  `,
  settingsOf: (values) => ({
    optimizer: {
      kind: values.optimizer,
      weightDecay: optionalNumber(values.decay),
      decayWeightsOnly: values.decayWeightsOnly || undefined,
      dampening: isMomentum(values.optimizer) ? optionalNumber(values.dampening) : undefined,
      ...typedOf(values, values.optimizer),
    },
  }),
  places: [
    ...Object.keys(LABELS).map((name) => [new RegExp(`^settings\\.optimizer\\.${name}`), name]),
    [/^settings\.optimizer\.dampening/, "dampening"],
    [/^settings\.optimizer\.weight_?decay/i, "decay"],
    [/^settings\.optimizer\.decay_?weights_?only/i, "decayWeightsOnly"],
    [/^settings\.optimizer/, "optimizer"],
  ],
};
