// What Train shows of an update, below the curve: all of it belongs to the update that has arrived.
import { Gallery } from "../examples/gallery.js";
import { Projection } from "../examples/projection.js";
import { Held } from "../shared/held.js";
import { html } from "../shared/html.js";
import { go } from "../shared/place.js";
import { Evaluation } from "./judgement.js";
import { hasUnits, isInPlane } from "./plane_values.js";
import { Predictions } from "./predictions.js";
import { Surface } from "./surface.js";
import { UnitSurfaces } from "./unit_surfaces.js";
import { Weights } from "./weights.js";

const NONE = [];

// The hidden unit whose surface is shown, { layer, unit }; null for an output.
function hiddenUnit({ layerSizes }, key = "") {
  const [layer, unit] = key.split(".").map(Number);
  return layer > 0 && layer < layerSizes.length - 1 && unit < layerSizes[layer] ? { layer, unit } : null;
}

// What is chosen is in the address.
const setUnit = (at) => go({ unit: at ? `${at.layer}.${at.unit}` : undefined });
const setMost = (examples) => go({ examples });

// `shown`, `measured`, `isChanging` and `read` are from useShown; `chosen` are the keys of a weight and a unit, and a point of the
// projection. `isMoving` is whether a film is played.
export function Panels({ network, run, latest, set, deleted, shown, measured, choice, most, plane, chosen, isMoving, isChanging, read }) {
  const { at = latest, layers = NONE, around, projection } = shown ?? {};
  const hasSurface = isInPlane(network, set);
  const surfaces = { network, set, around, isMoving, chosen: hiddenUnit(network, chosen.unit), setChosen: setUnit };
  // The predictions of a large set are not listed.
  const isListed = !set || set.examples.length > 0;
  const examples = set && measured?.all && html`<${Held} of=${Gallery} ...${{ network, run, latest, set, update: measured.at, measured: measured.all, choice, unit: chosen.unit, most, setMost }} layers=${measured.at === at ? layers : NONE} />`;
  const isOfImages = Boolean(set?.imageShape);
  // Images are narrow: they are beside the weights, which are images, too. The numbers of other examples need the whole width.
  return html`
    <div class="panels">
      ${hasSurface && html`<div class="surfaces"><${Surface} ...${surfaces} />${hasUnits(network) && html`<${UnitSurfaces} ...${surfaces} layers=${layers} />`}</div>`}
      <div class="stack">
        ${isListed && html`<${Held} of=${Predictions} ...${{ network, run, set, deleted, measured }} />`}
        ${set && html`<${Held} of=${Evaluation} ...${{ network, run, set, measured, choice }} />`}
        ${isOfImages && examples}
      </div>
      <div class=${`stack of-drawings ${isOfImages ? "" : "above-examples"}`}>
        ${set && plane && html`<${Projection} ...${{ network, set, at: shown?.at, latest, plane, projection, choice, followed: chosen.point }} />`}
        <${Weights} ...${{ network, run, latest, at, layers, read }} isMoving=${isMoving || isChanging} weight=${chosen.weight} unit=${chosen.unit} image=${set?.imageShape} />
      </div>
      ${!isOfImages && examples}
    </div>
  `;
}
