// When a run ends before its epochs are complete.
import { html } from "../../shared/html.js";
import { optionalNumber } from "../../shared/number_input.js";
import { Check, Entry } from "../fields.js";

export const STOPPING = {
  legend: "End of the run",
  defaults: { below: "", most: "", stopNonFinite: false },
  Fields: (field) => html`
    <${Entry} ...${field} name="below" label="Stop below cost" placeholder="Never" />
    <${Entry} ...${field} name="most" label="Maximum updates" placeholder="No limit" />
    <${Check} ...${field} name="stopNonFinite" label="Stop if the cost is infinite or NaN" />
  `,
  settingsOf: (values) => ({
    stop: { costBelow: optionalNumber(values.below), maxUpdates: optionalNumber(values.most), nonFiniteCost: values.stopNonFinite },
  }),
  places: [
    [/^settings\.stop\.cost_?below/i, "below"],
    [/^settings\.stop/, "most"],
  ],
};
