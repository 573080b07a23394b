// A selected unit: its numbers, its strongest connections in both directions, and its chain rule.
import { useAnswer } from "../shared/answers.js";
import { html } from "../shared/html.js";
import { whole } from "../shared/number_format.js";
import { Num } from "../shared/number_view.js";
import { keyOf } from "../shared/parameters.js";
import { go } from "../shared/place.js";
import { layerName, unitName } from "../shared/unit_names.js";
import { UnitImage } from "./unit_image.js";
import { Lines } from "./explained_lines.js";
import { explain } from "./explaining.js";

const MOST = 8; // connections per direction

// `image` is the shape of the inputs, if they are images; `scale` is the size of a weight in full colour.
export function UnitPanel({ opened, moment, unit: key, image, scale, ...tools }) {
  const { network, trace } = opened;
  const [layer, unit] = key.split(".").map(Number);
  const { example } = moment;
  const name = unitName(network, layer, unit);
  const vectors = layer === 0 ? [["x", example.inputs]] : [["z", example.logits[layer - 1]], ["a", example.activations[layer - 1]], ["δ", example.deltas[layer - 1]]];
  const below = layer > 0 ? strongestBelow(trace.before, layer, unit) : [];
  const above = layer < trace.before.length ? strongestAbove(trace.before, layer + 1, unit) : [];
  const activation = (at) => (layer === 1 ? example.inputs : example.activations[layer - 2]).values[at.input];
  return html`
    <section class="unit-panel" aria-label="The selected unit">
      <header>
        <h2>${name.charAt(0).toUpperCase() + name.slice(1)}</h2>
        <button onClick=${() => go({ unit: undefined })}>Back to the phase</button>
      </header>
      <p class="unit-numbers">
        <span class="soft">Example ${whole(Number(example.example) + 1)}</span>
        ${vectors.map(([symbol, { values }]) => html`<span key=${symbol}><i>${symbol}</i> <${Num} value=${values[unit]} name=${symbol} /></span>`)}
      </p>
      ${layer === 1 && image && html`<${UnitImage} ...${{ network, layer: trace.before[0], unit, image, scale }} />`}
      <div class=${`connections ${network.preparation ? "named" : ""}`}>
        ${below.length > 0 && html`<${Connections} title=${`Strongest weights from the ${layerName(network, layer - 1)}`} symbol=${layer === 1 ? "x" : "a"} weights=${below} nameOf=${(at) => unitName(network, layer - 1, at.input)} valueOf=${activation} />`}
        ${above.length > 0 && html`<${Connections} title=${`Strongest weights to the ${layerName(network, layer + 1)}`} symbol="δ" weights=${above} nameOf=${(at) => unitName(network, layer + 1, at.unit)} valueOf=${(at) => example.deltas[layer].values[at.unit]} />`}
      </div>
      ${below.length > 0 && html`<${Chain} key=${key} ...${{ opened, moment, strongest: below[0] }} ...${tools} />`}
    </section>
  `;
}

// The weights of largest size into a unit, and out of it.
const strongestBelow = (layers, layer, unit) => strongest(layers[layer - 1].inputs, (input) => ({ layer, unit, input }), layers);
const strongestAbove = (layers, layer, input) => strongest(layers[layer - 1].units, (unit) => ({ layer, unit, input }), layers);

function strongest(count, parameterAt, layers) {
  const all = Array.from({ length: count }, (_, place) => {
    const parameter = parameterAt(place);
    const { inputs, weights } = layers[parameter.layer - 1];
    return { ...parameter, value: weights[parameter.unit * inputs + parameter.input] };
  });
  return all.sort((one, other) => Math.abs(other.value) - Math.abs(one.value)).slice(0, MOST);
}

const Connections = ({ title, symbol, weights, nameOf, valueOf }) => html`
  <table class="units">
    <caption>${title}</caption>
    <thead><tr><th>Unit</th><th>w</th><th>${symbol}</th></tr></thead>
    <tbody>
      ${weights.map(
        (at) => html`<tr key=${keyOf(at)}>
          <th scope="row"><button class="link" title="Explain this weight" onClick=${() => go({ weight: keyOf(at), unit: undefined })}>${nameOf(at)}</button></th>
          <td><${Num} value=${at.value} name="w" /></td>
          <td><${Num} value=${valueOf(at)} name=${symbol} /></td>
        </tr>`,
      )}
    </tbody>
  </table>
`;

// The lines that lead to the unit's delta: those of the explanation of a weight into it, up to there.
function Chain({ opened, moment, strongest: { layer, unit, input }, ...tools }) {
  const { network, update } = opened;
  const { position } = moment;
  const { answer } = useAnswer(`${update} ${position}`, (signal) => explain(network, update, { layer, unit, input, firstPosition: position, positionCount: 1 }, signal), { isUrgent: true });
  if (!answer) return null;
  const own = answer.lines.filter((line) => line.position === answer.firstPosition);
  const end = own.findLastIndex(({ symbol }) => symbol === `δ${layer}[${unit + 1}]`);
  const lines = own.slice(0, end + 1);
  return html`
    <h3>The chain rule of its delta, line by line</h3>
    <${Lines} explanation=${{ lines }} position=${answer.firstPosition} network=${network} ...${tools} />
  `;
}

// Whether the network has such a unit, "layer.unit".
export function isUnit({ layerSizes }, key) {
  const [layer, unit] = (key ?? "").split(".").map(Number);
  return unit < layerSizes[layer];
}
