// The ribbon: every example of the run a cell, epochs above, batches below. A batch that reaches over
// the end of an epoch, and a last one that is short, are seen at once.
import { useAnswer } from "../shared/answers.js";
import { html } from "../shared/html.js";
import { get } from "../shared/api.js";
import { about, whole } from "../shared/numbers.js";
import { go } from "../shared/place.js";
import { startOf } from "./moment.js";

// As many cells as can be told apart: numbers of three digits need more room.
const cellsFor = ({ totalUpdates, settings: { batchSize, epochs } }) => (Number(totalUpdates) * batchSize > 99 * Number(epochs) ? 24 : 48);

export function Ribbon({ network, run, update, moment, opened }) {
  const { batchSize, trainingSet, shuffleSeed } = run.settings;
  const most = cellsFor(run);
  const isWhole = Number(run.updatesDone) * batchSize <= most;
  const count = isWhole ? Number(run.updatesDone) : Math.max(3, Math.floor(most / batchSize));
  const [first, last] = [Number(run.firstUpdate), Number(run.latestUpdate)];
  // A window around the update, which moves on by halves: cells stay in their place for a while.
  const half = Math.max(1, Math.floor(count / 2));
  const start = isWhole ? first : clamp(Math.floor((update - first) / half) * half + first - Math.floor(half / 2), first, Math.max(first, last - count + 1));
  const { answer: loaded } = useAnswer(
    `${run.run} ${start} ${Math.min(last, start + count - 1)}`,
    async (signal) => {
      const query = { startUpdate: start, endUpdate: Math.min(last, start + count - 1), detail: "DETAIL_COST", pageSize: 1000 };
      const [{ updates }, set] = await Promise.all([
        get(`networks/${network.network}/updates`, query, signal),
        get(`trainingSets/${trainingSet}`, {}, signal).catch(() => null), // it may be deleted
      ]);
      return { updates: updates.filter((each) => each.run === run.run), set: set?.trainingSet };
    },
    { isUrgent: true },
  );
  if (!loaded?.updates.length) return html`<div class="ribbon"></div>`;
  const cells = cellsOf(loaded, { update, position: moment?.position, most: most / 3 });
  const epochs = groups(cells, (cell) => cell.epoch);
  const batches = groups(cells, (cell) => cell.update);
  const columns = `repeat(${cells.length}, minmax(0, 1fr))`;
  const isNow = (cell) => cell.update === update && moment?.phase.position === cell.position;
  const toExample = ({ update: to, position }) => {
    const step = to === update && opened?.walk ? startOf(opened.walk, position) : undefined;
    go({ update: to, position, step });
  };
  return html`
    <div class=${`ribbon ${cells.length > 24 ? "dense" : ""}`} style=${`--cells:${columns}`} role="group" aria-label="The examples of the run">
      ${epochs.map(
        ({ key, from, to }) => html`<div class="epoch" key=${`e${key}`} style=${`grid-column:${from + 1}/${to + 1}`} data-epoch=${key}><span>${cells.length > 24 && to - from < 6 ? (to - from > 1 ? whole(key) : "") : `epoch ${key}`}</span></div>`,
      )}
      ${cells.map(
        (cell, index) => html`<button
          key=${`${cell.update}.${cell.position}`}
          class=${`cell ${cell.update === update ? "of-batch" : ""}`}
          style=${`grid-column:${index + 1}`}
          aria-current=${isNow(cell) ? "step" : undefined}
          title=${cell.isCut ? `${cell.count} examples in this batch` : undefined}
          aria-label=${`${cell.isCut ? "on to " : ""}update ${cell.update}, example ${cell.position + 1} of its batch: ${shuffleSeed === undefined ? "example" : "place in the epoch"} ${cell.place + 1}`}
          onClick=${() => toExample(cell)}
        >
          ${cell.isCut ? "…" : cell.place + 1}
        </button>`,
      )}
      ${batches.map(
        ({ key, from, to, cell }) => html`<button
          class="batch"
          key=${`b${key}`}
          data-batch=${key}
          style=${`grid-column:${from + 1}/${to + 1}`}
          aria-current=${key === update ? "step" : undefined}
          aria-label=${`Update ${key}: ${cell.count} examples, cost ${cell.cost}`}
          title=${`cost ${cell.cost}`}
          onClick=${() => go({ update: key })}
        >
          ${to - from < (cells.length > 24 ? 6 : 2) ? whole(key) : `update ${whole(key)}`}
          ${cells.length <= 24 && to - from > 1 && html`<span class="soft"> ${about(cell.cost)}</span>`}
        </button>`,
      )}
    </div>
  `;
}

const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

// A cell for each example of each update. Of a long batch some are shown, around the one that is looked
// at; the cells "…" beside them lead on.
function cellsOf({ updates, set }, { update, position, most }) {
  const size = set ? Number(set.exampleCount) : Infinity;
  return updates.flatMap((each) => {
    const number = Number(each.update);
    return placesOf(each.exampleCount, most, number === update ? position : 0).map(({ at, isCut }) => {
      const along = Number(each.firstExample) + at;
      const batch = { update: number, count: each.exampleCount, cost: each.cost };
      return { ...batch, position: at, isCut, place: along % size, epoch: Number(each.epoch) + Math.floor(along / size) };
    });
  });
}

function placesOf(count, most, position = 0) {
  if (count <= most) return Array.from({ length: count }, (_, at) => ({ at }));
  const room = most - 2;
  const first = position < most - 1 ? 0 : clamp(Math.floor((position - 1) / room) * room + 1, 0, count - most + 1);
  return Array.from({ length: most }, (_, index) => {
    const at = first + index - (first > 0 ? 1 : 0);
    return { at, isCut: (index === 0 && at > 0) || (index === most - 1 && at < count - 1) };
  });
}

function groups(cells, keyOf) {
  const found = [];
  cells.forEach((cell, index) => {
    const key = keyOf(cell);
    if (found.at(-1)?.key === key) found.at(-1).to = index + 1;
    else found.push({ key, from: index, to: index + 1, cell });
  });
  return found;
}
