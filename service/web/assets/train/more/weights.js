// The initial weights of a new network.
import { initializerKinds } from "../../shared/functions.js";
import { html } from "../../shared/html.js";
import { Choice } from "../fields.js";
import { NumberFields } from "./optimizer.js";

const LABELS = { low: "From", high: "To (excluded)", deviation: "Standard deviation" };

export const WEIGHTS = {
  legend: "Initial weights",
  labels: LABELS,
  defaults: { initializer: "INITIALIZER_KIND_UNIFORM", low: "", high: "", deviation: "" },
  Fields: (field) => html`
    <${Choice} ...${field} name="initializer" label="Initializer" options=${initializerKinds()} />
    <${NumberFields} ...${field} kind=${field.values.initializer} labels=${LABELS} />
  `,
  settingsOf: () => ({}), // part of the network
  places: [
    [/^initializer\.low/, "low"],
    [/^initializer\.high/, "high"],
    [/^initializer\.deviation/, "deviation"],
    [/^initializer\.kind/, "initializer"],
    [/^initializer/, "seed"],
  ],
};
