// The numbers behind the drawings of a layer: a row per update.
import { html } from "../../shared/html.js";
import { short, whole } from "../../shared/number_format.js";
import { Num } from "../../shared/number_view.js";
import { layerTitle } from "./layer_lines.js";

export function LayerNumbers({ network, points, bins, layer, onPick }) {
  const of = (point) => point.layers[layer - 1];
  const columns = COLUMNS.filter(({ valueOf }) => points.some((point) => valueOf(of(point)) !== undefined));
  const hasActivations = bins.activationEdges?.length > 0;
  return html`
    <div class="scrolled" tabindex="0" role="region" aria-label=${`${layerTitle(network, layer)}: numbers`}>
      <table class="small">
        <caption>
          ${layerTitle(network, layer)}: counts of weights ${rangeOf(bins.weightEdges)}${hasActivations ? `, of activations ${rangeOf(bins.activationEdges)}` : ""}
        </caption>
        <thead>
          <tr>
            <th scope="col">Update</th>
            ${columns.map(({ title }) => html`<th scope="col" key=${title}>${title}</th>`)}
            <th scope="col">Weights per bin</th>
            ${hasActivations && html`<th scope="col">Activations per bin</th>`}
          </tr>
        </thead>
        <tbody>
          ${points.map(({ update: { update }, layers }) => {
            const found = layers[layer - 1];
            return html`
              <tr key=${update}>
                <th scope="row"><button type="button" class="link" onClick=${() => onPick(Number(update))}>${whole(update)}</button></th>
                ${columns.map(({ title, valueOf }) => html`<td key=${title}><${Num} value=${valueOf(found)} name=${title} /></td>`)}
                <td class="counts">${found.weightCounts.join(" ")}</td>
                ${hasActivations && html`<td class="counts">${found.activationCounts.join(" ")}</td>`}
              </tr>
            `;
          })}
        </tbody>
      </table>
    </div>
  `;
}

const COLUMNS = [
  { title: "Gradient", valueOf: ({ gradientNorm }) => gradientNorm },
  { title: "Change", valueOf: ({ updateNorm }) => updateNorm },
  { title: "Parameters", valueOf: ({ parameterNorm }) => parameterNorm },
  { title: "Dead", valueOf: ({ deadUnits }) => deadUnits },
  { title: "Saturated", valueOf: ({ saturatedUnits }) => saturatedUnits },
];

const rangeOf = (edges) => `from ${short(edges[0])} to ${short(edges.at(-1))} in ${edges.length - 1} bins`;
