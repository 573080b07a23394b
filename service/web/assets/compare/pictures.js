// Pictures of both sides in one scale. Both highlight the largest changes and the weight under the pointer.
import { useMemo } from "preact/hooks";
import { heightOf, isSmall, stillView } from "../picture/still.js";
import { WeightMaps } from "../picture/weight_maps.js";
import { Picture } from "../picture/picture.js";
import { useAnswer } from "../shared/answers.js";
import { html } from "../shared/html.js";
import { largest } from "../shared/interval.js";
import { keyOf } from "../shared/parameters.js";
import { digitsOf, getState, isLarge, ROUNDED } from "../shared/state.js";

const LIT = 3; // the number of changes that are highlighted
const MAPS = "60vh"; // about the height of maps, while they load

// The layers of a side; while they load, those of the side before it. Those of a large network are rounded, until somebody
// looks at numbers.
export function useLayers({ name, network, update }, isRead) {
  const isRounded = isLarge(network) && !isRead;
  const { answer } = useAnswer(`${name} ${update} ${isRounded}`, (signal) => getState(name, { update, ...(isRounded && ROUNDED) }, signal));
  return answer?.layers;
}

// The largest weight of both sides, so that line widths mean the same on both.
export const useScaleOf = (before, after) => useMemo(() => Math.max(1e-9, largestIn(before), largestIn(after)), [before, after]);

function largestIn(layers = []) {
  const most = Math.max(0, ...layers.map(({ weights }) => largest(weights)));
  const digits = digitsOf(layers);
  return digits ? Number(most.toPrecision(digits)) : most;
}

// The keys of the parameters that changed most.
export const litBy = (changes) => new Set(changes.slice(0, LIT).map(keyOf));

export function SidePicture({ side, layers, scale, lit, chosen, image, pointed, setPointed }) {
  const areMaps = !isSmall(side.network);
  const height = `height:${areMaps ? MAPS : `${heightOf(side.network) / 16}rem`}`;
  if (layers?.length !== side.network.layerSizes.length - 1) return html`<div class="side-picture" style=${height}></div>`;
  if (areMaps) return html`<${WeightMaps} network=${side.network} layers=${layers} scale=${scale} weight=${chosen} image=${image} />`;
  return html`
    <div class="side-picture" style=${height}>
      <${Picture} view=${stillView(side.network, layers, lit)} scale=${scale} weight=${chosen} pointed=${pointed} setPointed=${setPointed} />
    </div>
  `;
}
