// The table of networks, with the results of their latest runs.
import { searchOf } from "../shared/address.js";
import { html } from "../shared/html.js";
import { Num } from "../shared/number_view.js";
import { ROUNDING, whole } from "../shared/number_format.js";
import { go } from "../shared/place.js";
import { RunState } from "../shared/run_state.js";
import { toggled } from "./chosen.js";
import { COLUMNS, differingLabels, validationOf } from "./listing.js";

// `rows` are in the order of `sort`; `chosen` are the ids of the selected networks.
export function Table({ rows, sort, chosen, setChosen }) {
  const labels = differingLabels(rows);
  const ids = rows.map(({ network }) => network.network);
  const areAll = ids.every((id) => chosen.includes(id));
  const toggle = (network) => setChosen(toggled(chosen, network));
  return html`
    <section class="panel" aria-label="Networks">
      <div class="scrolled" tabindex="0">
        <table>
          <thead>
            <tr>
              <th scope="col"><input type="checkbox" aria-label="Select all" checked=${areAll} onChange=${() => setChosen(areAll ? [] : ids)} /></th>
              ${Object.entries(COLUMNS).map(([column, { name }]) => html`<${Header} key=${column} column=${column} name=${name} sort=${sort} />`)}
              ${labels.length > 0 && html`<th scope="col" class="labels">Labels</th>`}
            </tr>
          </thead>
          <tbody>
            ${rows.map((row) => html`<${Row} key=${row.network.network} row=${row} labels=${labels} isChosen=${chosen.includes(row.network.network)} toggle=${toggle} />`)}
          </tbody>
        </table>
      </div>
      <p class="small soft">${ROUNDING}<span class="narrow-only"> A wider window has more columns.</span></p>
    </section>
  `;
}

function Header({ column, name, sort }) {
  const way = sort === column ? "ascending" : sort === `-${column}` ? "descending" : undefined;
  const arrow = { ascending: " ▲", descending: " ▼" }[way] ?? "";
  return html`
    <th scope="col" class=${column} aria-sort=${way}>
      <button type="button" class="link" onClick=${() => go({ sort: way === "ascending" ? `-${column}` : column })}>${name}<span aria-hidden="true">${arrow}</span></button>
    </th>
  `;
}

function Row({ row, labels, isChosen, toggle }) {
  const { network, run } = row;
  const validation = validationOf(row);
  const open = (event) => {
    event.preventDefault();
    go({ mode: "train", network: network.network, update: undefined, position: undefined, step: undefined, weight: undefined, unit: undefined });
  };
  const words = labels.filter((name) => name in network.labels).map((name) => `${name}=${network.labels[name]}`);
  return html`
    <tr>
      <td><input type="checkbox" aria-label=${`Select ${network.network}`} checked=${isChosen} onChange=${() => toggle(network.network)} /></td>
      <th scope="row"><a href=${searchOf({ mode: "train", network: network.network })} onClick=${open}>${network.network}</a></th>
      <td class="layers">${network.layerSizes.join("-")}</td>
      <td class="runs">${run ? whole(run.run) : ""}</td>
      <td class="updates">${whole(network.latestUpdate)}</td>
      <td class="run">${run && html`<${RunState} state=${run.state} />`}</td>
      <td><${Num} value=${run?.latestCost} name="cost" /></td>
      <td><${Num} value=${validation?.cost} name="validation cost" /></td>
      <td>${validation?.accuracy === undefined ? "–" : `${(100 * validation.accuracy).toFixed(1)} %`}</td>
      <td class="created">${network.createTime.slice(0, 16).replace("T", " ")}</td>
      ${labels.length > 0 && html`<td class="small labels">${words.join(", ")}</td>`}
    </tr>
  `;
}
