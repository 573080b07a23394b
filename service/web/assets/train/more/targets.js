// How training changes the targets of the examples, and how much each class counts.
import { html } from "../../shared/html.js";
import { numbersOrTexts, optionalNumber } from "../../shared/number_input.js";
import { Entry } from "../fields.js";

export const TARGETS = {
  legend: "Targets and classes",
  defaults: { labelSmoothing: "", classWeights: "" },
  Fields: (field) => html`
    <${Entry} ...${field} name="labelSmoothing" label="Label smoothing" placeholder="0, or 0.1" />
    <${Entry} ...${field} name="classWeights" label="Class weights" placeholder="All 1, or 1 5" isText />
  `,
  settingsOf: (values) => {
    const classWeights = numbersOrTexts(values.classWeights);
    return { labelSmoothing: optionalNumber(values.labelSmoothing), classWeights: classWeights.length ? classWeights : undefined };
  },
  places: [
    [/^settings\.label_?smoothing/i, "labelSmoothing"],
    [/^settings\.class_?weights/i, "classWeights"],
  ],
};
