// The legend: what the picture shows, the keys, the notation and the glossary.
import { useRef } from "preact/hooks";
import { html } from "../shared/html.js";
import { ROUNDING } from "../shared/number_format.js";
import { GLOSSARY, NOTATION } from "./glossary.js";

const KEYS = [
  ["→ ←", "Next or previous line."],
  ["Shift → ←", "Next or previous phase."],
  ["↓ ↑", "Next or previous example."],
  ["Shift ↓ ↑", "Next or previous update."],
  ["Tab, Enter", "Move to a weight, and select it."],
];

const PICTURE = [
  ["Line", "A weight with its value. The width shows its size, in a scale that is fixed for the run. Solid blue and +: positive. Dashed orange and −: negative."],
  ["Circle", "A unit: its activation a inside; its logit z and delta δ below as soon as they are computed. Where space is short, only the newer one is shown."],
  ["Dashed circle", "A unit that dropout leaves out for this example."],
  ["b above a circle", "The bias of the unit, if the network has biases."],
  ["Numbers", `${ROUNDING} In an equation, ≈ is before a rounded result.`],
  ["Magenta", "The units and weights that take part in the current line of code."],
  ["Beside the outputs", "The targets of the example and the cost of the outputs."],
  ["Cell below the picture", "One example. Its epoch is above it; its batch, which makes one update, is below it. … moves through a long batch."],
  ["Curve", "The cost of the batch of each update. Click it to select an update."],
];

export function Help() {
  const dialog = useRef(null);
  return html`
    <button onClick=${() => dialog.current.showModal()}>Legend</button>
    <dialog class="help" ref=${dialog} aria-labelledby="help-title" onClick=${(event) => event.target === dialog.current && dialog.current.close()}>
      <${Legend} close=${() => dialog.current.close()} />
    </dialog>
  `;
}

export const Legend = ({ close }) => html`
  <div class="help-body">
    <header>
      <h2 id="help-title">Legend</h2>
      <button onClick=${close}>Close</button>
    </header>
    <${List} of=${PICTURE} />
    <h3>Cost before this update, weights after</h3>
    <p>
      The cost of an update is measured before its weights change; the weights that are stored with it are those after the
      change. The effect of an update shows in the cost of the next one, if both have the same batch.
    </p>
    <h3>Keys</h3>
    <${List} of=${KEYS} />
    <h3>Notation</h3>
    <p class="small soft">Layers, units, inputs and examples count from 1 in formulas and from 0 in the lines of code.</p>
    <${List} of=${NOTATION} />
    <h3>Words</h3>
    <${List} of=${Object.entries(GLOSSARY)} />
  </div>
`;

const List = ({ of }) => html`<dl>${of.map(([what, text]) => html`<dt key=${what}>${what}</dt><dd>${text}</dd>`)}</dl>`;
