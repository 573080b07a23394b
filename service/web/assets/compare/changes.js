// The parameters that differ, the largest change first.
import { useEffect, useState } from "preact/hooks";
import { get } from "../shared/api.js";
import { useAnswer } from "../shared/answers.js";
import { html } from "../shared/html.js";
import { Num } from "../shared/number_view.js";
import { whole } from "../shared/number_format.js";
import { keyOf } from "../shared/parameters.js";
import { go } from "../shared/place.js";
import { parameterName } from "../shared/unit_names.js";

const PAGE = 25; // a row has twenty nodes, and few of them are in sight

// The changes from one side to the other, page by page: { changes, changedCount, isMore, error, more }.
export function useChanges(before, after) {
  const compared = `${before.name} ${before.update} ${after.name} ${after.update}`;
  const [pages, setPages] = useState(1);
  useEffect(() => setPages(1), [compared]);
  const { answer, error } = useAnswer(`${compared} ${pages}`, () => changesOf(before, after, pages), { refused: () => {} });
  return { ...(error ? {} : answer), error, more: () => setPages(pages + 1) };
}

export function Changes({ before, after, found, chosen, pointed, setPointed }) {
  const { changes = [], changedCount, isMore, error, more } = found;
  const largest = sizeOf(changes[0]?.change ?? 0) || 1;
  return html`
    <section class="panel changes" aria-label="Changes">
      <h3>Changes <span class="small soft" data-of="changed">${changedCount !== undefined ? `${whole(changedCount)} of ${whole(after.network.parameterCount)} parameters differ. The largest change is first.` : ""}</span></h3>
      ${error && html`<p role="alert">${sentenceOf(before, after, error)}</p>`}
      ${changedCount === 0 && html`<p class="soft">No parameter differs.</p>`}
      <div class="scrolled" tabindex="0">
        <table hidden=${!changes.length}>
          <thead>
            <tr>
              <th scope="col">Parameter</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
              <th scope="col">Change</th>
              <th scope="col"><span class="unseen">Edit</span></th>
            </tr>
          </thead>
          <tbody>
            ${changes.map((change) => html`<${Row} key=${keyOf(change)} name=${parameterName(after.network, change)} change=${change} largest=${largest} isChosen=${keyOf(change) === chosen} isPointed=${pointed?.weights.has(keyOf(change))} setPointed=${setPointed} />`)}
          </tbody>
        </table>
      </div>
      ${isMore && html`<button type="button" onClick=${more}>Show more</button>`}
    </section>
  `;
}

function Row({ name, change, largest, isChosen, isPointed, setPointed }) {
  const key = keyOf(change);
  const share = (sizeOf(change.change) / largest) * 50;
  const isDown = Number(change.change) < 0;
  return html`
    <tr
      data-parameter=${key}
      class=${`${isChosen ? "chosen" : ""} ${isPointed ? "pointed" : ""}`}
      onMouseEnter=${() => setPointed({ weights: new Set([key]), units: new Set() })}
      onMouseLeave=${() => setPointed(null)}
    >
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

// The difference of two parameters can be infinite.
const sizeOf = (change) => Math.min(Math.abs(Number(change)), Number.MAX_VALUE);

async function changesOf(before, after, pages) {
  let answer = { nextPageToken: undefined };
  const changes = [];
  for (let page = 0; page < pages && answer.nextPageToken !== ""; page += 1) {
    answer = await get(`networks/${after.name}/updates:compare`, {
      baseNetwork: before.name,
      baseUpdate: before.update,
      update: after.update,
      pageSize: PAGE,
      pageToken: answer.nextPageToken,
    });
    changes.push(...answer.changes);
  }
  return { changes, changedCount: answer.changedCount, isMore: answer.nextPageToken !== "" };
}

const sentenceOf = (before, after, { violations, message }) =>
  violations.length ? `${before.name} and ${after.name} have different layers, so their parameters cannot be compared.` : message;
