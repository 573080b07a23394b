// What maps to what, the notation, the glossary, the keys: in a window of their own.
import { useRef } from "preact/hooks";
import { html } from "../shared/html.js";
import { GLOSSARY, NOTATION } from "./glossary.js";

const KEYS = [
  ["→ ←", "one line on, one back"],
  ["Shift → ←", "one phase"],
  ["↓ ↑", "one example"],
  ["Shift ↓ ↑", "one update"],
  ["Tab, Enter", "go to a weight, and open it"],
];

const MAPPING = [
  ["a line", "a weight, with its value. Thick: large. Solid blue with +: positive. Dashed orange with −: negative. The scale stays the same for the whole run."],
  ["a circle", "a unit. Inside it its activation a; below it its logit z and its delta δ, as soon as they are computed; where there is little room, the one that came last."],
  ["b above it", "its bias, where the network has biases."],
  ["≈", "rounded to four digits. All digits show where you point, and are read aloud."],
  ["magenta", "what takes part in the line of code that is executed now."],
  ["beside the outputs", "what the example asks for (target), and what the outputs cost."],
  ["a cell of the ribbon", "one example going through the network. Above it its epoch, below it its batch: one update. A cell … leads on in a long batch."],
  ["the curve", "the cost of every update’s batch; it is also the time slider."],
];

export function Help() {
  const dialog = useRef(null);
  return html`
    <button onClick=${() => dialog.current.showModal()}>What maps to what</button>
    <dialog class="help" ref=${dialog} aria-labelledby="help-title" onClick=${(event) => event.target === dialog.current && dialog.current.close()}>
      <div class="help-body">
        <header>
          <h2 id="help-title">What maps to what</h2>
          <button onClick=${() => dialog.current.close()}>Close</button>
        </header>
        <${List} of=${MAPPING} />
        <h3>Cost before this update, weights after</h3>
        <p>
          An update first looks, then moves. Its cost is measured while it looks, with the weights as they were; the weights that
          are stored with it are those after it moved. What the move was worth shows in the next update’s cost, if its batch is
          the same.
        </p>
        <h3>Keys</h3>
        <${List} of=${KEYS} />
        <h3>Notation</h3>
        <p class="small soft">In formulas layers, units, inputs and examples count from 1; in the lines of code from 0.</p>
        <${List} of=${NOTATION} />
        <h3>Words</h3>
        <${List} of=${Object.entries(GLOSSARY)} />
      </div>
    </dialog>
  `;
}

const List = ({ of }) => html`<dl>${of.map(([what, text]) => html`<dt key=${what}>${what}</dt><dd>${text}</dd>`)}</dl>`;
