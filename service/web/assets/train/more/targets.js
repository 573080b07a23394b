// How training changes the targets of the examples.
import { html } from "../../shared/html.js";
import { optionalNumber } from "../../shared/number_input.js";
import { Entry } from "../fields.js";

export const TARGETS = {
  legend: "Targets",
  defaults: { labelSmoothing: "" },
  Fields: (field) => html`<${Entry} ...${field} name="labelSmoothing" label="Label smoothing" placeholder="0, or 0.1" />`,
  settingsOf: (values) => ({ labelSmoothing: optionalNumber(values.labelSmoothing) }),
  places: [[/^settings\.label_?smoothing/i, "labelSmoothing"]],
};
