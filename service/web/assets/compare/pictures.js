// Both sides as pictures, of one scale: what moved most is lit in both, and what is pointed at.
import { isSmall, stillView } from "../picture/still.js";
import { Picture } from "../picture/picture.js";
import { get } from "../shared/api.js";
import { useAnswer } from "../shared/answers.js";
import { html } from "../shared/html.js";
import { keyOf } from "../shared/parameters.js";

const LIT = 3; // more of them would not be those that changed most

// The layers of a side; those of the last one, until they are known.
export function useLayers({ name, update }) {
  const { answer } = useAnswer(`${name} ${update}`, (signal) => get(`networks/${name}/state`, { update }, signal));
  return answer?.state.layers;
}

// The largest weight of both: widths mean the same on both sides.
export const scaleOf = (...sides) =>
  sides
    .flatMap((layers) => layers ?? [])
    .flatMap(({ weights }) => weights)
    .reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);

// The keys of the parameters that changed most.
export const litBy = (changes) => new Set(changes.slice(0, LIT).map(keyOf));

export function SidePicture({ side, layers, scale, lit, chosen, pointed, setPointed }) {
  if (!isSmall(side.network)) return html`<p class="small soft">Too large for a picture here: <em>Look inside</em> has one of ${side.name}.</p>`;
  if (layers?.length !== side.network.layerSizes.length - 1) return html`<div class="side-picture"></div>`;
  return html`
    <div class="side-picture">
      <${Picture} view=${stillView(side.network, layers, lit)} scale=${scale} weight=${chosen} pointed=${pointed} setPointed=${setPointed} />
    </div>
  `;
}
