// The weights at the selected update: the diagram, the trajectories, and tables.
import { Picture } from "../picture/picture.js";
import { useScale } from "../picture/scale.js";
import { heightOf, isSmall, stillView } from "../picture/still.js";
import { WeightMaps } from "../picture/weight_maps.js";
import { useEffect, useState } from "preact/hooks";
import { html } from "../shared/html.js";
import { Num } from "../shared/number_view.js";
import { whole } from "../shared/number_format.js";
import { isKey, parameterOf, valueOf } from "../shared/parameters.js";
import { go } from "../shared/place.js";
import { digitsOf } from "../shared/state.js";
import { parameterName } from "../shared/unit_names.js";
import { Trajectories } from "./trajectories.js";
import { WeightTables } from "./weight_tables.js";

const MOST_LAYERS = 4; // of a picture of half the width

// `layers` are those after update `at`; `image` is the shape of the inputs, if they are images. `isMoving` is whether others
// follow soon; `read` is called when somebody looks at numbers.
export function Weights({ network, run, latest, at, layers, weight, unit, image, isMoving, read }) {
  useEffect(() => {
    if (weight || unit) read();
  }, [weight, unit]);
  return html`
    <section class="panel weights" aria-label="Weights" onPointerEnter=${read} onFocusIn=${read}>
      <h3>Weights <span class="small soft">after update ${whole(at)}</span></h3>
      ${isSmall(network)
        ? html`
            <${Moving} ...${{ network, run, latest, at, layers, weight }} />
            <${Trajectories} network=${network} run=${run} at=${at} chosen=${weight} />
            <${AsNumbers} network=${network} layers=${layers} />
          `
        : html`
            <${Maps} ...${{ network, run, latest, at, layers, weight, unit, image, isMoving }} />
            <${AsNumbers} network=${network} layers=${layers} />
          `}
    </section>
  `;
}

// They are shown when they are opened: a large network takes a while.
function AsNumbers({ network, layers }) {
  const [isOpen, setOpen] = useState(false);
  return html`
    <details onToggle=${(event) => setOpen(event.currentTarget.open)}>
      <summary>Show as numbers</summary>
      ${isOpen && html`<${WeightTables} network=${network} layers=${layers} />`}
    </details>
  `;
}

// Images of the weights, in a scale that is fixed for the run.
function Maps({ network, run, latest, at, layers, weight, unit, image, isMoving }) {
  const scale = useScale(network, run, latest);
  if (!layers.length || !scale) return html`<p class="small soft">Loading ${whole(network.parameterCount)} parameters…</p>`;
  return html`
    <${WeightMaps} ...${{ network, layers, scale, weight, unit, image, isMoving }} />
    ${isKey(network, weight) && html`<p class="small chosen"><${Chosen} ...${{ network, layers, at, weight }} /></p>`}
  `;
}

// The diagram: click a weight to highlight its trajectory, and to see why it changed.
function Moving({ network, run, latest, at, layers, weight }) {
  const [pointed, setPointed] = useState(null);
  const scale = useScale(network, run, latest);
  const height = `height:${heightOf(network) / 16}rem`;
  if (!layers.length || !scale) return html`<div class="moving" style=${height}></div>`;
  return html`
    <div class=${`moving ${network.layerSizes.length > MOST_LAYERS ? "deep" : ""}`} style=${height}>
      <${Picture} view=${stillView(network, layers)} scale=${scale} weight=${weight} pointed=${pointed} setPointed=${setPointed} />
    </div>
    <p class="small chosen">
      ${isKey(network, weight)
        ? html`<${Chosen} ...${{ network, layers, at, weight }} />`
        : html`<span class="soft">Click a weight to highlight its trajectory and to see why it changed.</span>`}
    </p>
  `;
}

function Chosen({ network, layers, at, weight }) {
  const parameter = parameterOf(weight);
  const name = parameterName(network, parameter);
  return html`
    ${name} <${Num} value=${valueOf(layers, parameter)} name=${name} digits=${digitsOf(layers)} />${" "}
    <button type="button" class="link" onClick=${() => go({ mode: "look", update: at, position: undefined, step: undefined })}>
      Why did it change?
    </button>
  `;
}
