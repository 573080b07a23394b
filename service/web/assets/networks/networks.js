// Networks: a table with their results, their curves in one plot, and their settings side by side.
import { useState } from "preact/hooks";
import { searchOf } from "../shared/address.js";
import { get } from "../shared/api.js";
import { useAnswer } from "../shared/answers.js";
import { html } from "../shared/html.js";
import { isOfLesson } from "../shared/lesson_networks.js";
import { whole } from "../shared/number_format.js";
import { go } from "../shared/place.js";
import { TextField } from "../shared/text_field.js";
import { Actions } from "./actions.js";
import { drawnOf } from "./chosen.js";
import { Coordinates } from "./coordinates.js";
import { Curves } from "./curves.js";
import { Differences } from "./differences.js";
import { isFound, sorted, validationOf, withoutLessons } from "./listing.js";
import { Table } from "./table.js";

const PAGE = 1000; // the largest page that the service sends
const MOST_SHOWN = 300; // each needs a call for its latest run
const AT_ONCE = 6;
const TRAIN = { mode: "train" };

export function Networks({ place }) {
  const [looks, setLooks] = useState(0);
  const chosen = place.selected?.split(",") ?? [];
  const setChosen = (ids) => go({ selected: ids.join(",") || undefined });
  const filter = place.where ?? "";
  const wanted = { filter, withLessons: place["of-lessons"] === 1 };
  const { answer } = useAnswer(`${looks} ${JSON.stringify(wanted)}`, (signal) => listed(wanted, signal));
  if (!answer) return html`<p class="networks soft">Loading networks…</p>`;
  const sort = place.sort ?? (answer.rows.some(validationOf) ? "validation-cost" : "cost");
  const rows = sorted(answer.rows, sort);
  const drawn = drawnOf(chosen);
  const changed = (selected) => {
    setChosen(selected);
    setLooks(looks + 1);
  };
  return html`
    <div class="networks">
      <h2 class="unseen">Networks</h2>
      <form class="filter" role="search" onSubmit=${(event) => event.preventDefault()}>
        <label
          ><span class="small soft">Filter</span>
          <${TextField} value=${filter} placeholder="sweep=rates, or a part of an id" committed=${(text) => go({ where: text || undefined })} />
        </label>
        <button type="button" onClick=${() => setLooks(looks + 1)}>Refresh</button>
        <span class="small soft" role="status">${countText(answer)}</span>
        <${OfLessons} count=${answer.ofLessons} isOn=${wanted.withLessons} />
      </form>
      ${!answer.count && !filter && html`<p>Networks are listed here once there are some. <a href=${searchOf(TRAIN)} onClick=${(event) => (event.preventDefault(), go(TRAIN))}>Train a network</a> to begin.</p>`}
      ${rows.length > 0 &&
      html`
        <${Table} rows=${rows} sort=${sort} chosen=${chosen} setChosen=${setChosen} />
        <${Actions} chosen=${rows.filter(({ network }) => chosen.includes(network.network))} changed=${changed} />
        <${Curves} rows=${rows} selected=${drawn} by=${place.by} isLog=${place.scale === "log"} />
        <${Differences} rows=${rows} drawn=${drawn} />
        <${Coordinates} rows=${rows} chosen=${drawn} />
      `}
    </div>
  `;
}

// A switch, if lessons have made networks.
const OfLessons = ({ count, isOn }) =>
  count > 0 &&
  html`
    <label class="switch small">
      <input type="checkbox" checked=${isOn} onChange=${() => go({ "of-lessons": isOn ? undefined : 1 })} />
      Show ${count === 1 ? "the network" : `the ${whole(count)} networks`} of lessons
    </label>
  `;

// The networks that are wanted, each with its latest run.
async function listed(wanted, signal) {
  const all = [];
  let pageToken;
  do {
    const page = await get("networks", { pageSize: PAGE, pageToken }, signal);
    all.push(...page.networks.filter((network) => isFound(network, wanted.filter)));
    pageToken = page.nextPageToken || undefined;
  } while (pageToken);
  const found = withoutLessons(all, wanted);
  const waiting = found.slice(0, MOST_SHOWN);
  const rows = [];
  const work = async () => {
    for (let network = waiting.shift(); network; network = waiting.shift()) {
      rows.push({ network, run: await latestRun(network, signal) });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { rows, count: found.length, ofLessons: all.filter(isOfLesson).length };
}

// A network can be deleted in the meantime.
async function latestRun({ network }, signal) {
  try {
    return (await get(`networks/${network}/runs`, { pageSize: 1 }, signal)).runs[0];
  } catch (error) {
    if (error.reason === "NETWORK_NOT_FOUND") return undefined;
    throw error;
  }
}

function countText({ rows, count }) {
  if (!count) return "No network is found.";
  const all = count === 1 ? "1 network" : `${whole(count)} networks`;
  return rows.length < count ? `${all}; the first ${whole(rows.length)} are listed. Use a filter.` : `${all}.`;
}
