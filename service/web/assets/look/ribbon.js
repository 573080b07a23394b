// The ribbon: a cell per example of the run, with epochs above and batches below. It shows batches that
// cross the end of an epoch, and a short last batch.
import { useAnswer } from "../shared/answers.js";
import { html } from "../shared/html.js";
import { get } from "../shared/api.js";
import { useNarrow } from "../shared/narrow.js";
import { short, whole } from "../shared/number_format.js";
import { go } from "../shared/place.js";
import { startOf } from "./moment.js";

const WIDE = 48; // the most cells
const WIDTHS = [1, 1.5, 2, 3]; // of a cell with a number of so many digits

// The cells that there is space for: longer numbers need more, a phone has less.
function cellsFor({ totalUpdates, settings: { batchSize, epochs } }, isNarrow) {
  const digits = String(Math.ceil((Number(totalUpdates) * batchSize) / Number(epochs))).length;
  return WIDE / WIDTHS[Math.min(digits, WIDTHS.length) - 1] / (isNarrow ? 2 : 1);
}

// `position` is that of the example in its batch; `isOfExample` says whether the moment belongs to it alone. `walk` is that
// of the update, if it has one.
export function Ribbon({ network, run, update, position, isOfExample, walk }) {
  const isNarrow = useNarrow();
  const most = cellsFor(run, isNarrow);
  const loaded = useWindow(network, run, windowOf(run, update, most));
  if (!loaded?.updates.length) return html`<div class="ribbon"></div>`;
  const cells = cellsOf(loaded, { update, position, most: Math.max(3, Math.floor(most / 3)) });
  const isDense = cells.length > (isNarrow ? WIDE / 4 : WIDE / 2);
  const columns = `repeat(${cells.length}, minmax(0, 1fr))`;
  return html`
    <div class=${`ribbon ${isDense ? "dense" : ""}`} style=${`--cells:${columns}`} role="group" aria-label="Examples of the run">
      ${groups(cells, (cell) => cell.epoch).map((group) => html`<${Epoch} key=${`e${group.key}`} ...${{ group, isDense }} />`)}
      ${cells.map((cell, index) => html`<${Cell} key=${`${cell.update}.${cell.position}`} ...${{ cell, index, run, update, walk }} isNow=${isOfExample && cell.update === update && cell.position === position} />`)}
      ${groups(cells, (cell) => cell.update).map((group) => html`<${Batch} key=${`b${group.key}`} ...${{ group, isDense, update }} />`)}
    </div>
  `;
}

// The updates that are shown: all of a short run, else a window around the selected one. The window moves
// by half of its size, so that cells stay where they are for a while.
function windowOf({ settings: { batchSize }, updatesDone, firstUpdate, latestUpdate }, update, most) {
  const isWhole = Number(updatesDone) * batchSize <= most;
  const count = isWhole ? Number(updatesDone) : Math.max(3, Math.floor(most / batchSize));
  const [first, last] = [Number(firstUpdate), Number(latestUpdate)];
  const half = Math.max(1, Math.floor(count / 2));
  const start = isWhole ? first : clamp(Math.floor((update - first) / half) * half + first - Math.floor(half / 2), first, Math.max(first, last - count + 1));
  return { start, end: Math.min(last, start + count - 1) };
}

// These updates of the run, and the number of examples in an epoch.
function useWindow({ network }, { run, trainingExamples, settings: { trainingSet } }, { start, end }) {
  const { answer } = useAnswer(
    `${run} ${start} ${end}`,
    async (signal) => {
      const query = { startUpdate: start, endUpdate: end, detail: "DETAIL_COST", pageSize: 1000 };
      const [{ updates }, set] = await Promise.all([
        get(`networks/${network}/updates`, query, signal),
        get(`trainingSets/${trainingSet}`, {}, signal).catch(() => null), // the set may be deleted
      ]);
      return { updates: updates.filter((each) => each.run === run), size: Number(trainingExamples) || Number(set?.trainingSet.exampleCount ?? Infinity) };
    },
    { isUrgent: true },
  );
  return answer;
}

const Epoch = ({ group: { key, from, to }, isDense }) => html`
  <div class="epoch" style=${`grid-column:${from + 1}/${to + 1}`} data-epoch=${key}><span>${fitting(`Epoch ${whole(key)}`, key, to - from, isDense)}</span></div>
`;

function Cell({ cell, index, run, update, isNow, walk }) {
  const open = () => {
    const step = cell.update === update && walk ? startOf(walk, cell.position) : undefined;
    go({ update: cell.update, position: cell.position, step });
  };
  return html`
    <button
      class=${`cell ${cell.update === update ? "of-batch" : ""}`}
      style=${`grid-column:${index + 1}`}
      aria-current=${isNow ? "step" : undefined}
      title=${cell.isCut ? `${cell.count} examples in this batch` : undefined}
      aria-label=${`${cell.isCut ? "Go to update" : "Update"} ${cell.update}, example ${cell.position + 1} of its batch: ${run.settings.shuffleSeed === undefined && !run.settings.validation?.share && !run.settings.validation?.folds ? "example" : "position in the epoch"} ${cell.place + 1}`}
      onClick=${open}
    >
      ${cell.isCut ? "…" : cell.place + 1}
    </button>
  `;
}

const LONG = 15; // characters of a name with its cost

function Batch({ group: { key, from, to, cell }, isDense, update }) {
  const name = fitting(`Update ${whole(key)}`, key, to - from, isDense);
  const cost = short(cell.cost);
  return html`
    <button
      class="batch"
      data-batch=${key}
      style=${`grid-column:${from + 1}/${to + 1}`}
      aria-current=${key === update ? "step" : undefined}
      aria-label=${`Update ${key}: ${cell.count} examples, cost ${cell.cost}`}
      title=${`Cost ${cell.cost}`}
      onClick=${() => go({ update: key })}
    >
      ${name}
      ${!isDense && to - from > 1 && html`<span class=${`soft cost ${name.length + cost.length > LONG ? "long" : ""}`}> ${cost}</span>`}
    </button>
  `;
}

// Characters for which a cell has space.
const [DENSE, SPACIOUS] = [1.9, 4];

// A name with a number as far as `count` cells have space for it: the whole name, the number, its last digits.
function fitting(name, number, count, isDense) {
  const space = count * (isDense ? DENSE : SPACIOUS);
  const forms = [name, whole(number), `…${String(number).slice(-3)}`];
  return forms.find(({ length }) => length <= space) ?? "";
}

const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

// A cell per example of each update. A long batch shows some cells around the selected one; the cells "…"
// beside them move on.
function cellsOf({ updates, size }, { update, position, most }) {
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
