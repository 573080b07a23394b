// When a run ends before its epochs are complete, and with which weights.
import { html } from "../../shared/html.js";
import { optionalNumber } from "../../shared/number_input.js";
import { Check, Entry } from "../fields.js";

export const STOPPING = {
  legend: "End of the run",
  defaults: { below: "", most: "", patience: "", minDelta: "", stopNonFinite: false, restoreBest: false },
  Fields: (field) => html`
    <${Entry} ...${field} name="patience" label="Patience" placeholder="None (epochs)" />
    <${Entry} ...${field} name="minDelta" label="Min. improvement" placeholder="0" />
    <${Check} ...${field} name="restoreBest" label="End with the best weights" />
    <${Entry} ...${field} name="below" label="Stop below cost" placeholder="Never" />
    <${Entry} ...${field} name="most" label="Maximum updates" placeholder="No limit" />
    <${Check} ...${field} name="stopNonFinite" label="Stop if the cost is infinite or NaN" />
  `,
  settingsOf: (values) => ({
    stop: {
      costBelow: optionalNumber(values.below),
      maxUpdates: optionalNumber(values.most),
      nonFiniteCost: values.stopNonFinite,
      patience: optionalNumber(values.patience),
      minDelta: optionalNumber(values.minDelta),
      restoreBest: values.restoreBest,
    },
  }),
  places: [
    [/^settings\.stop\.cost_?below/i, "below"],
    [/^settings\.stop\.patience/, "patience"],
    [/^settings\.stop\.min_?delta/i, "minDelta"],
    [/^settings\.stop\.restore_?best/i, "restoreBest"],
    [/^settings\.stop\.non_?finite/i, "stopNonFinite"],
    [/^settings\.stop/, "most"],
  ],
};
