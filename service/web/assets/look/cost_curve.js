// The cost curve of all updates, with a slider that selects one.
import { useAnswer } from "../shared/answers.js";
import { html } from "../shared/html.js";
import { get } from "../shared/api.js";
import { Num } from "../shared/number_view.js";
import { whole } from "../shared/number_format.js";
import { endsOf, partOf, segmentsOf } from "../shared/interval.js";
import { gapSentence, isNonFinite } from "../shared/non_finite.js";
import { go } from "../shared/place.js";

const [WIDTH, HEIGHT, EDGE] = [1000, 64, 6];
const INSET = 10; // as the thumb of the slider, whose middle does not reach the ends
const FEW = 60; // points that are drawn individually

export function CostCurve({ network, first, latest, update, cost, isAwaited, isFollowing }) {
  const { answer } = useAnswer(`${first} ${latest}`, async (signal) => {
    const query = { maxPoints: 500, detail: "DETAIL_COST" };
    const { updates, thinned } = await get(`networks/${network.network}/updates`, query, signal);
    const points = updates.filter((each) => each.cost !== undefined).map((each) => ({ update: Number(each.update), cost: each.cost }));
    return { points, thinned };
  });
  const points = answer?.points ?? [];
  const costs = points.map((point) => point.cost);
  const [low, high] = endsOf(costs);
  const x = (number) => INSET + ((WIDTH - 2 * INSET) * (number - first)) / Math.max(1, latest - first);
  const y = (value) => HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * partOf(value, low, high);
  const segments = segmentsOf(points, (point) => point.cost);
  const single = points.length <= FEW ? segments.flat() : segments.filter(({ length }) => length === 1).flat();
  const gaps = gapSentence(costs, answer?.thinned);
  const scrub = (event) => {
    if (event.type === "pointermove" && event.buttons !== 1) return;
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const along = (WIDTH * (event.clientX - left)) / width - INSET;
    const number = Math.round(first + (Math.min(Math.max(along / (WIDTH - 2 * INSET), 0), 1)) * (latest - first));
    if (number !== update) go({ update: number });
  };
  return html`
    <div class="time-curve">
      <p class="curve-head small">
        <span>Cost <span class="soft when">before each update</span></span>
        <span class="spring"></span>
        <button
          class="small"
          aria-pressed=${isFollowing}
          title="Always show the latest update. Selecting an earlier one turns this off."
          onClick=${() => go({ update: isFollowing ? latest : undefined, position: undefined, step: undefined })}
        >
          Follow live
        </button>
        <span class="of-now">Update ${whole(update)}: ${cost === undefined ? html`<span class="soft">${isAwaited ? "…" : "no cost"}</span>` : html`<${Num} value=${cost} name="cost" />`}</span>
      </p>
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true" onPointerDown=${scrub} onPointerMove=${scrub}>
        ${segments.map((segment) => html`<polyline key=${segment[0].update} points=${segment.map((point) => `${x(point.update)},${y(point.cost)}`).join(" ")} />`)}
        ${single.map((point) => html`<line class="point" key=${point.update} x1=${x(point.update)} x2=${x(point.update)} y1=${y(point.cost)} y2=${y(point.cost)} />`)}
        ${points.filter(({ cost }) => isNonFinite(cost)).map(({ update }) => html`<${NonFinite} key=${update} x=${x(update)} />`)}
        <line class="now" x1=${x(update)} x2=${x(update)} y1="0" y2=${HEIGHT} />
      </svg>
      <input
        type="range"
        min=${first}
        max=${latest}
        value=${update}
        aria-label="Update"
        aria-valuetext=${`Update ${update} of ${latest}${cost === undefined ? "" : `, cost ${cost}`}`}
        onInput=${(event) => go({ update: Number(event.target.value) })}
      />
      ${gaps && html`<p class="small gaps">${gaps}</p>`}
    </div>
  `;
}

// A mark × at the top; the picture stretches with its width, and so does the mark.
const NonFinite = ({ x }) => html`<path class="non-finite" d=${`M ${x - 4} 1 L ${x + 4} 9 M ${x - 4} 9 L ${x + 4} 1`} />`;
