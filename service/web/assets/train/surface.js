// The decision surface: what an output, or another unit, of a network with two inputs computes around its examples.
import { useRef, useState } from "preact/hooks";
import { outputNames } from "../shared/class_names.js";
import { cellAfter, cellAt } from "../shared/heat.js";
import { html } from "../shared/html.js";
import { Num } from "../shared/number_view.js";
import { short } from "../shared/number_format.js";
import { frameOf, MOST_LABELLED } from "../shared/plane.js";
import { unitName } from "../shared/unit_names.js";
import { useBlend } from "./blend.js";
import { CELLS, cellsOf, outputScale, unitScale } from "./plane_values.js";
import { drawSurface } from "./surface_drawing.js";

// `around` is from valuesAround, null until it is here; `chosen` is the hidden unit that is shown, { layer, unit }.
export function Surface({ network, set, around, isMoving, chosen, setChosen }) {
  const [output, setOutput] = useState(0);
  const [cell, setCell] = useState(null);
  const canvas = useRef(null);
  const examples = set?.examples ?? [];
  const frame = frameOf(examples);
  const outputs = network.layerSizes.at(-1);
  const names = outputNames(network, set);
  const surface = chosen ? around?.layers[chosen.layer - 1][chosen.unit] : around?.outputs[output];
  const scaleOf = (values) => (chosen ? unitScale(network, chosen.layer, values) : outputScale(network, values));
  const one = useRef([]);
  if (one.current[0] !== surface) one.current = [surface];
  const draw = ([values]) => {
    const ofOutputs = chosen ? outputScale(network, around.outputs[output]) : scaleOf(values);
    drawSurface(canvas.current, { values, scale: scaleOf(values), frame, examples, output, outputScale: ofOutputs, cell });
  };
  useBlend(surface && one.current, isMoving, draw);

  const name = chosen ? unitName(network, chosen.layer, chosen.unit) : "output";
  const scale = surface ? scaleOf(surface) : { low: 0, high: 1 };
  const point = cell && cellsOf(frame)[cell.row * CELLS + cell.column];
  return html`
    <section class="panel surface" aria-label="Decision surface">
      <h3>Decision surface ${chosen && html`<span class="small soft">of ${name}</span> <button type="button" class="link small" onClick=${() => setChosen(null)}>Show the output</button>`}</h3>
      ${outputs > 1 &&
      !chosen &&
      html`<label class="small"
        >Output${" "}
        <select value=${output} onChange=${(event) => setOutput(Number(event.target.value))}>
          ${Array.from({ length: outputs }, (_, index) => html`<option value=${index}>${names[index] ?? index + 1}</option>`)}
        </select>
      </label>`}
      <canvas
        ref=${canvas}
        tabindex="0"
        role="img"
        aria-label=${`${chosen ? `Activation of ${name}` : "Output of the network"} for inputs from ${frame.low.map(short)} to ${frame.high.map(short)}. Use the arrow keys to read single points.`}
        onPointerMove=${(event) => setCell(cellAt(event, CELLS, CELLS))}
        onPointerLeave=${() => setCell(null)}
        onKeyDown=${(event) => setCell(cellAfter(event, cell, CELLS, CELLS) ?? cell)}
        onBlur=${() => setCell(null)}
      ></canvas>
      <div class="scale" aria-hidden="true"><span>${short(scale.low)}</span><span class="ramp"></span><span>${short(scale.high)}</span></div>
      <p class="small reading" aria-live="polite">
        ${point && surface
          ? html`At (${short(point[0])}, ${short(point[1])}): <${Num} value=${surface[cell.row * CELLS + cell.column]} name=${name} />`
          : html`<span class="soft">Dashed: halfway. Points: examples${examples.length > MOST_LABELLED ? " in the colours of their targets" : ""}.</span>`}
      </p>
    </section>
  `;
}
