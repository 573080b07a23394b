// Compare: two updates of a network, or two networks, side by side, and edits on a fork.
import { useRef, useState } from "preact/hooks";
import { get } from "../shared/api.js";
import { useAnswer } from "../shared/answers.js";
import { html } from "../shared/html.js";
import { useLive } from "../shared/live.js";
import { ROUNDING } from "../shared/number_format.js";
import { useTrainingSet } from "../shared/training_set.js";
import { Changes, useChanges } from "./changes.js";
import { Edit } from "./edit.js";
import { Exports } from "./exports.js";
import { Predictions } from "./predictions.js";
import { litBy, SidePicture, useLayers, useScaleOf } from "./pictures.js";
import { Sides } from "./sides.js";

export const Compare = ({ place }) => html`<${Compared} key=${`${place.network} ${place.other}`} place=${place} />`;

// "After" is the selected update; "before" is the one that it is compared with.
function Compared({ place }) {
  const live = useLive(place.network);
  const { answer: other, error } = useAnswer(place.other ?? null, () => networkAndRun(place.other), { refused: () => {} });
  const problem = live.error ?? error;
  if (problem) return html`<p class="compare" role="alert">${problem.message}</p>`;
  if (!live.network || (place.other && !other)) return html`<p class="compare soft">Loading ${place.network}…</p>`;
  return html`<${BothSides} place=${place} ...${sidesOf(place, live, other)} run=${live.run ?? other?.run} />`;
}

function BothSides({ place, before, after, run }) {
  const [preview, setPreview] = useState(null);
  const [pointed, setPointed] = useState(null);
  const picture = useRef(null);
  const { set, deleted } = useTrainingSet(run?.settings.trainingSet ?? "xor");
  const found = useChanges(before, after);
  const shown = preview ?? after;
  const [isLookedAt, setLookedAt] = useState(false);
  const isRead = isLookedAt || place.weight !== undefined;
  const layers = [useLayers(before, isRead), useLayers(shown, isRead)];
  const scale = useScaleOf(...layers);
  const lit = preview ? new Set([place.weight]) : litBy(found.changes ?? []);
  const pictureOf = (side, index) =>
    html`<${SidePicture} ...${{ side, layers: layers[index], scale, lit, chosen: place.weight, image: set?.imageShape, pointed, setPointed }} />`;
  const pictures = {
    before: pictureOf(before, 0),
    after: html`<div class="of-after" ref=${picture}>${pictureOf(shown, 1)}</div>`,
  };
  return html`
    <div class="compare">
      <${Sides} place=${place} before=${before} after=${after} pictures=${pictures} isPreview=${Boolean(preview)} read=${() => setLookedAt(true)} />
      <div class="columns">
        <${Changes} ...${{ before, after, found, chosen: place.weight, pointed, setPointed }} />
        <div class="column">
          <${Edit} key=${`${after.name} ${after.update}`} side=${after} chosen=${place.weight} preview=${preview} onPreview=${setPreview} />
          <${Predictions} set=${set} deleted=${deleted} before=${before} after=${after} preview=${preview} />
          <${Exports} side=${after} picture=${picture} />
        </div>
      </div>
      <p class="small soft">${ROUNDING}</p>
    </div>
  `;
}

async function networkAndRun(id) {
  const [{ network }, { runs }] = await Promise.all([get(`networks/${id}`), get(`networks/${id}/runs`, { pageSize: 1 })]);
  return { network, run: runs[0] ?? null };
}

function sidesOf(place, { network, latest }, other) {
  const within = (update, first, last) => Math.min(Math.max(update, first), last);
  const earliest = Number(network.earliestUpdate);
  const after = { name: place.network, network, earliest, latest, update: within(place.update ?? latest, earliest, latest) };
  if (!other) return { before: { ...after, update: within(place.base ?? earliest, earliest, latest) }, after };
  const [first, last] = [Number(other.network.earliestUpdate), Number(other.network.latestUpdate)];
  const fork = network.forkedFrom;
  const origin = fork?.uid === other.network.uid ? Number(fork.update) : last;
  const update = within(place.base ?? origin, first, last);
  return { before: { name: place.other, network: other.network, earliest: first, latest: last, update }, after };
}
