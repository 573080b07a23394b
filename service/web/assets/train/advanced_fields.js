// Fields of the form that are seldom needed. They are collapsed, and open if one of them has an error.
import { useState } from "preact/hooks";
import { initializerKinds, numbersOf } from "../shared/functions.js";
import { html } from "../shared/html.js";
import { Choice, Entry } from "./fields.js";

const NAMES = ["initializer", "low", "high", "momentum", "beta1", "beta2", "epsilon", "decay", "below", "most"];

export function AdvancedFields(field) {
  const { values, wrong, change } = field;
  const [isOpen, setOpen] = useState(false);
  const isWrong = NAMES.some((name) => wrong[name]);
  const entries = (kind) =>
    Object.entries(numbersOf(kind)).map(([name, value]) => html`<${Entry} key=${name} ...${field} name=${name} label=${LABELS[name]} placeholder=${String(value)} />`);
  return html`
    <details open=${isOpen || isWrong} onToggle=${(event) => setOpen(event.target.open)}>
      <summary>Advanced settings</summary>
      <fieldset>
        <${Choice} ...${field} name="initializer" label="Initializer" options=${initializerKinds()} />
        ${entries(values.initializer)} ${entries(values.optimizer)}
        <${Entry} ...${field} name="decay" label="Weight decay" placeholder="None" />
        <${Entry} ...${field} name="below" label="Stop below cost" placeholder="Never" />
        <${Entry} ...${field} name="most" label="Maximum updates" placeholder="No limit" />
        <label class="check wide"
          ><input type="checkbox" checked=${values.stopNonFinite} onChange=${(event) => change("stopNonFinite", event.target.checked)} /> Stop if the cost is infinite or NaN</label
        >
      </fieldset>
    </details>
  `;
}

export const LABELS = {
  low: "From",
  high: "To (excluded)",
  momentum: "Momentum μ",
  beta1: "β₁",
  beta2: "β₂",
  epsilon: "ε",
};
