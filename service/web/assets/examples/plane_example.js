// The example of a point: what it is, and what the network answers at the update.
import { html } from "../shared/html.js";
import { ExampleImage } from "../shared/images.js";
import { whole } from "../shared/number_format.js";
import { rangeOf } from "../shared/output.js";
import { Outputs } from "../shared/outputs.js";
import { exampleName, useExamples } from "./known_examples.js";

// `point` is undefined while none is chosen.
export function PlaneExample({ network, set, update, point, names }) {
  const index = point?.example;
  const known = useExamples(network, set, update, index === undefined ? [] : [index])?.get(index);
  if (!point) return html`<div class=${`of-point small soft ${set.imageShape ? "of-image" : ""}`}><p>Point at an example to see it; click to follow it through time.</p></div>`;
  const { trueClass, predictedClass } = point;
  const name = exampleName(index, whole);
  return html`
    <div class=${`of-point small ${set.imageShape ? "of-image" : ""}`} aria-live="polite">
      ${set.imageShape && known && html`<${ExampleImage} shape=${set.imageShape} values=${known.inputs} range=${set.range} name=${name} />`}
      <p>
        <span class="soft">${name.charAt(0).toUpperCase() + name.slice(1)}</span><br />
        ${trueClass !== undefined &&
        html`<strong>${names[trueClass]}</strong> ${trueClass === predictedClass ? html`<span class="hit">✓ predicted</span>` : html`<span class="miss">✗ predicted as <strong>${names[predictedClass] ?? "no class"}</strong></span>`}`}
      </p>
      ${known && html`<div class="answered"><${Outputs} names=${names.length > 2 ? names : []} values=${known.outputs} targets=${known.targets} range=${rangeOf(network)} /></div>`}
    </div>
  `;
}
