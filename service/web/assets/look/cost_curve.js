// The cost curve, which is the time slider: every update has its place on it.
import { useAnswer } from "../shared/answers.js";
import { html } from "../shared/html.js";
import { get } from "../shared/api.js";
import { Num } from "../shared/number_view.js";
import { whole } from "../shared/number_format.js";
import { go } from "../shared/place.js";

const [WIDTH, HEIGHT, EDGE] = [1000, 64, 6];

export function CostCurve({ network, first, latest, update, cost, isFollowing }) {
  const { answer: points } = useAnswer(`${first} ${latest}`, async (signal) => {
      const query = { maxPoints: 500, detail: "DETAIL_COST" };
      const { updates } = await get(`networks/${network.network}/updates`, query, signal);
      return updates
        .filter((each) => typeof each.cost === "number")
        .map((each) => ({ update: Number(each.update), cost: each.cost }));
  });
  const costs = points?.map((point) => point.cost) ?? [];
  const [low, high] = [Math.min(...costs), Math.max(...costs)];
  const x = (number) => (WIDTH * (number - first)) / Math.max(1, latest - first);
  const y = (value) => EDGE + ((HEIGHT - 2 * EDGE) * (high - value)) / (high - low || 1);
  const scrub = (event) => {
    if (event.type === "pointermove" && event.buttons !== 1) return;
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const number = Math.round(first + ((event.clientX - left) / width) * (latest - first));
    if (number >= first && number <= latest && number !== update) go({ update: number });
  };
  return html`
    <div class="time-curve">
      <p class="curve-head small">
        <span>Cost <span class="soft when">before each update</span></span>
        <span class="spring"></span>
        <button
          class="small"
          aria-pressed=${isFollowing}
          title="Show always the latest update; looking back ends it"
          onClick=${() => go({ update: isFollowing ? latest : undefined, position: undefined, step: undefined })}
        >
          Follow live
        </button>
        <span class="of-now">update ${whole(update)}: ${cost === undefined ? html`<span class="soft">no cost</span>` : html`<${Num} value=${cost} name="cost" />`}</span>
      </p>
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true" onPointerDown=${scrub} onPointerMove=${scrub}>
        ${points?.length > 1 && html`<polyline points=${points.map((point) => `${x(point.update)},${y(point.cost)}`).join(" ")} />`}
        ${points?.length <= 60 && points.map((point) => html`<line class="point" key=${point.update} x1=${x(point.update)} x2=${x(point.update)} y1=${y(point.cost)} y2=${y(point.cost)} />`)}
        <line class="now" x1=${x(update)} x2=${x(update)} y1="0" y2=${HEIGHT} />
      </svg>
      <input
        type="range"
        min=${first}
        max=${latest}
        value=${update}
        aria-label="Update"
        aria-valuetext=${`update ${update} of ${latest}${cost === undefined ? "" : `, cost ${cost}`}`}
        onInput=${(event) => go({ update: Number(event.target.value) })}
      />
    </div>
  `;
}
