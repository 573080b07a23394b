// The head of the cost curve: which updates it has, and how it is drawn.
import { html } from "../shared/html.js";
import { whole } from "../shared/number_format.js";
import { go } from "../shared/place.js";
import { SHARES, USUAL } from "./smoothing.js";

// The range of updates that curves show; all of them with null.
export const zoomTo = (range) => go({ zoom: range ?? undefined });

// `smoothing` is the name of one, false if there is nothing to smooth; `range` are the updates that are shown, and `at` is
// the selected one.
export function CurveHead({ updates, isDownsampled, smoothing, isLog, zoom, range: { from, to }, at }) {
  return html`
    <div class="history-head">
      <h3>Cost</h3>
      <span class="small soft" data-of="points">${countText(updates, isDownsampled)}</span>
      <span class="spring"></span>
      ${smoothing && html`<${Smoothing} smoothing=${smoothing} />`}
      <label class="check small"><input type="checkbox" checked=${isLog} onChange=${(event) => go({ scale: event.target.checked ? "log" : undefined })} /> Logarithmic</label>
      <span class="zooms">
        <button type="button" disabled=${to - from < 2} onClick=${() => zoomTo(around(at, from, to))}>Zoom in</button>
        <button type="button" disabled=${!zoom} onClick=${() => zoomTo(null)}>Zoom out</button>
      </span>
    </div>
  `;
}

const Smoothing = ({ smoothing }) => html`
  <label class="small"
    >Smoothing${" "}
    <select value=${smoothing} onChange=${({ target: { value } }) => go({ smoothing: value === USUAL ? undefined : value })}>
      ${Object.keys(SHARES).map((name) => html`<option key=${name}>${name}</option>`)}
    </select>
  </label>
`;

// Half of the range that is shown, with the selected update in it.
function around(at, from, to) {
  const half = Math.max(Math.round((to - from) / 2), 1);
  const start = Math.min(Math.max(at - Math.round(half / 2), from), to - half);
  return { from: start, to: start + half };
}

function countText(updates, isDownsampled) {
  if (!updates.length) return "";
  const all = `Updates ${whole(updates[0].update)} to ${whole(updates.at(-1).update)}`;
  return isDownsampled ? `${all}: ${whole(updates.length)} points that include all peaks.` : `${all}.`;
}
