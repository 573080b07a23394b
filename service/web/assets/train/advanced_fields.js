// What is seldom needed of the form, folded away; where the service refuses a part of it, it opens.
import { useState } from "preact/hooks";
import { initializerKinds, numbersOf } from "../shared/functions.js";
import { html } from "../shared/html.js";
import { Choice, Entry } from "./fields.js";

const NAMES = ["initializer", "low", "high", "momentum", "beta1", "beta2", "epsilon", "decay", "below", "most"];

export function AdvancedFields(field) {
  const { values, wrong } = field;
  const [isOpen, setOpen] = useState(false);
  const isWrong = NAMES.some((name) => wrong[name]);
  const entries = (kind) =>
    Object.entries(numbersOf(kind)).map(([name, usual]) => html`<${Entry} key=${name} ...${field} name=${name} label=${LABELS[name]} placeholder=${String(usual)} />`);
  return html`
    <details open=${isOpen || isWrong} onToggle=${(event) => setOpen(event.target.open)}>
      <summary>More</summary>
      <fieldset>
        <${Choice} ...${field} name="initializer" label="Initial weights" options=${initializerKinds()} />
        ${entries(values.initializer)} ${entries(values.optimizer)}
        <${Entry} ...${field} name="decay" label="Weight decay" placeholder="none" />
        <${Entry} ...${field} name="below" label="Stop at cost below" placeholder="never" />
        <${Entry} ...${field} name="most" label="Stop after updates" placeholder="never" />
      </fieldset>
    </details>
  `;
}

export const LABELS = {
  low: "from",
  high: "to, not included",
  momentum: "Momentum μ",
  beta1: "β₁",
  beta2: "β₂",
  epsilon: "ε",
};
