// Which parameters differ, and by how much, the largest changes first.
import { useEffect, useState } from "preact/hooks";
import { get } from "../shared/api.js";
import { useAnswer } from "../shared/answers.js";
import { html } from "../shared/html.js";
import { Num } from "../shared/number.js";
import { whole } from "../shared/numbers.js";
import { keyOf, parametersOf } from "../shared/parameters.js";
import { go } from "../shared/place.js";
import { parameterName } from "../shared/unit_names.js";

const PAGE = 100;

export function Changes({ before, after, chosen }) {
  const compared = `${before.name} ${before.update} ${after.name} ${after.update}`;
  const [pages, setPages] = useState(1);
  useEffect(() => setPages(1), [compared]);
  const { answer, error } = useAnswer(
    `${compared} ${pages}`,
    () => (before.name === after.name ? comparedUpdates(before, after, pages) : comparedNetworks(before, after, pages)),
    { refused: () => {} },
  );
  const changes = (!error && answer?.changes) || [];
  const largest = Math.abs(changes[0]?.change ?? 0) || 1;
  return html`
    <section class="panel changes" aria-label="Changes">
      <h3>Changes <span class="small soft" data-of="changed">${answer ? `${whole(answer.changedCount)} of ${whole(after.network.parameterCount)} parameters differ, the largest change first` : ""}</span></h3>
      ${error && html`<p role="alert">${error.message}</p>`}
      ${answer && !changes.length && html`<p class="soft">No parameter differs.</p>`}
      <div class="scrolled" tabindex="0">
        <table hidden=${!changes.length}>
          <thead>
            <tr>
              <th scope="col">parameter</th>
              <th scope="col">before</th>
              <th scope="col">after</th>
              <th scope="col">change</th>
              <th scope="col"><span class="unseen">edit</span></th>
            </tr>
          </thead>
          <tbody>
            ${changes.map((change) => html`<${Row} key=${keyOf(change)} name=${parameterName(after.network, change)} change=${change} largest=${largest} isChosen=${keyOf(change) === chosen} />`)}
          </tbody>
        </table>
      </div>
      ${answer?.isMore && html`<button type="button" onClick=${() => setPages(pages + 1)}>More</button>`}
    </section>
  `;
}

function Row({ name, change, largest, isChosen }) {
  const key = keyOf(change);
  const share = (Math.abs(change.change) / largest) * 50;
  const isDown = change.change < 0;
  return html`
    <tr data-parameter=${key} class=${isChosen ? "chosen" : ""}>
      <th scope="row">${name}</th>
      <td><${Num} value=${change.before} name=${`${name} before`} /></td>
      <td><${Num} value=${change.after} name=${`${name} after`} /></td>
      <td class="change">
        <span aria-hidden="true">${isDown ? "▼" : "▲"}</span> <${Num} value=${change.change} name=${`change of ${name}`} />
        <span class="beam" aria-hidden="true"
          ><span class=${isDown ? "negative" : "positive"} style=${{ left: `${isDown ? 50 - share : 50}%`, width: `${share}%` }}></span
        ></span>
      </td>
      <td>
        <button type="button" aria-label=${`Edit ${name}`} aria-pressed=${isChosen} onClick=${() => go({ weight: key })}>Edit</button>
      </td>
    </tr>
  `;
}

async function comparedUpdates(before, after, pages) {
  let answer = { nextPageToken: undefined };
  const changes = [];
  for (let page = 0; page < pages && answer.nextPageToken !== ""; page += 1) {
    answer = await get(`networks/${after.name}/updates:compare`, {
      baseUpdate: before.update,
      update: after.update,
      pageSize: PAGE,
      pageToken: answer.nextPageToken,
    });
    changes.push(...answer.changes);
  }
  return { changes, changedCount: answer.changedCount, isMore: answer.nextPageToken !== "" };
}

// The service compares updates of one network; of two networks the page subtracts what it shows.
async function comparedNetworks(before, after, pages) {
  if (String(before.network.layerSizes) !== String(after.network.layerSizes) || before.network.bias !== after.network.bias) {
    throw new Error(`${before.name} and ${after.name} have other layers: their weights cannot be set side by side.`);
  }
  const [from, to] = await Promise.all([before, after].map(({ name, update }) => get(`networks/${name}/state`, { update })));
  const old = parametersOf(from.state.layers);
  const changes = parametersOf(to.state.layers)
    .map(({ value, ...parameter }, at) => ({ ...parameter, before: old[at].value, after: value, change: value - old[at].value }))
    .filter((change) => change.before !== change.after)
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change));
  return { changes: changes.slice(0, pages * PAGE), changedCount: changes.length, isMore: changes.length > pages * PAGE };
}
