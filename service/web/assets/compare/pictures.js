// Pictures of both sides in one scale. Both highlight the largest changes and the weight under the pointer.
import { heightOf, isSmall, stillView } from "../picture/still.js";
import { WeightMaps } from "../picture/weight_maps.js";
import { Picture } from "../picture/picture.js";
import { useAnswer } from "../shared/answers.js";
import { html } from "../shared/html.js";
import { largest } from "../shared/interval.js";
import { keyOf } from "../shared/parameters.js";
import { getState } from "../shared/state.js";

const LIT = 3; // the number of changes that are highlighted

// The layers of a side; while they load, those of the side before it.
export function useLayers({ name, update }) {
  const { answer } = useAnswer(`${name} ${update}`, (signal) => getState(name, { update }, signal));
  return answer?.layers;
}

// The largest weight of both sides, so that line widths mean the same on both.
export const scaleOf = (...sides) =>
  sides.flatMap((layers) => layers ?? []).reduce((most, { weights }) => Math.max(most, largest(weights)), 1e-9);

// The keys of the parameters that changed most.
export const litBy = (changes) => new Set(changes.slice(0, LIT).map(keyOf));

export function SidePicture({ side, layers, scale, lit, chosen, image, pointed, setPointed }) {
  const height = `height:${heightOf(side.network) / 16}rem`;
  if (layers?.length !== side.network.layerSizes.length - 1) return html`<div class="side-picture" style=${height}></div>`;
  if (!isSmall(side.network)) return html`<${WeightMaps} network=${side.network} layers=${layers} scale=${scale} weight=${chosen} image=${image} />`;
  return html`
    <div class="side-picture" style=${height}>
      <${Picture} view=${stillView(side.network, layers, lit)} scale=${scale} weight=${chosen} pointed=${pointed} setPointed=${setPointed} />
    </div>
  `;
}
