// The example of the moment as an image, if its training set says that its inputs are one.
import { useMemo } from "preact/hooks";
import { classNames, isOneHot } from "../shared/class_names.js";
import { classNameOf } from "../shared/columns.js";
import { html } from "../shared/html.js";
import { rangeOfInputs } from "../shared/image_range.js";
import { ExampleImage } from "../shared/images.js";
import { whole } from "../shared/number_format.js";

// Its inputs are those of the trace, as the network has prepared them; `set` is the training set of the run. Once its
// outputs are known, what the network predicts for it.
export function ImageOfExample({ network, trace, example, areOutputsKnown, set }) {
  const range = useMemo(() => rangeOfInputs(trace.examples.map(({ inputs }) => ({ inputs: inputs.values }))), [trace.examples.length, trace]);
  if (!set.imageShape || !example) return null;
  const name = `example ${whole(Number(example.example) + 1)}`;
  return html`
    <p class="image-of-example">
      <${ExampleImage} shape=${set.imageShape} values=${example.inputs.values} range=${range} name=${name} />
      <span><span class="soft">${name.charAt(0).toUpperCase() + name.slice(1)} of ${set.trainingSet}</span><br /><strong>${classNameOf(set, example.targets.values)}</strong>${" "}${areOutputsKnown && html`<${Predicted} ...${{ network, set, example }} />`}</span>
    </p>
  `;
}

// Whether all outputs of the example are computed by now.
export const areOutputsKnown = ({ layerSizes }, { known }) => Array.from({ length: layerSizes.at(-1) }, (_, unit) => unit).every((unit) => known("ACTIVATION", layerSizes.length - 1, unit));

function Predicted({ network, set, example }) {
  const targets = example.targets.values;
  if (!isOneHot(targets)) return null;
  const outputs = example.activations.at(-1).values;
  const predicted = outputs.indexOf(Math.max(...outputs));
  return predicted === targets.indexOf(1) ? html`<span class="hit small">✓ predicted</span>` : html`<span class="miss small">✗ predicted as <strong>${classNames(network, set)[predicted] ?? "no class"}</strong></span>`;
}
