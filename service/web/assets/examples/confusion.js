// Which classes are confused: the pairs that are confused most, and the matrix, as numbers or for many classes as an image.
// Each cell opens its examples.
import { html } from "../shared/html.js";
import { whole } from "../shared/number_format.js";
import { ConfusionMap } from "./confusion_map.js";
import { showExamples } from "./show_examples.js";

const MOST_CLASSES = 12; // of a matrix of numbers
const MOST_PAIRS = 3;

// `names` are those of the classes, `choice` the examples in the gallery.
export function Confusion({ classification: { classes, confusion = [] }, names, choice }) {
  const rows = classes.map((_, row) => confusion.slice(row * classes.length, (row + 1) * classes.length).map(Number));
  const totals = classes.map(({ exampleCount }) => Number(exampleCount));
  return html`
    <div class="confusions">
      ${rows[0]?.length > 0 && html`<${Pairs} ...${{ rows, totals, names }} />`}
      ${rows[0]?.length > 0 && (classes.length <= MOST_CLASSES ? html`<${Matrix} ...${{ rows, totals, names, choice }} />` : html`<${ConfusionMap} ...${{ rows, totals, names, choice }} />`)}
    </div>
  `;
}

function Pairs({ rows, totals, names }) {
  const wrong = rows.flatMap((row, is) => row.map((count, as) => ({ is, as, count })).filter(({ as, count }) => as !== is && count));
  const pairs = wrong.sort((one, other) => other.count - one.count).slice(0, MOST_PAIRS);
  if (!pairs.length) return html`<p class="small">No class is confused with another one.</p>`;
  return html`
    <div>
      <p class="small soft" id="confused">Most often confused:</p>
      <ol class="pairs" aria-labelledby="confused">
        ${pairs.map(
          ({ is, as, count }) => html`
            <li key=${`${is} ${as}`}>
              <button type="button" class="link" onClick=${() => showExamples({ class: is, predicted: as })}><strong>${names[is]}</strong> predicted as <strong>${names[as]}</strong></button>
              <span class="small soft">${whole(count)} of ${whole(totals[is])}</span>
            </li>
          `,
        )}
      </ol>
    </div>
  `;
}

function Matrix({ rows, totals, names, choice }) {
  return html`
    <div class="confusion" tabindex="0">
      <p class="small soft" id="confusion">Classes of the examples (rows) and predicted classes (columns):</p>
      <table aria-labelledby="confusion">
        <thead>
          <tr>
            <td></td>
            ${names.map((name) => html`<th scope="col" key=${name}>${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row, is) => html`
              <tr key=${is}>
                <th scope="row">${names[is]}</th>
                ${row.map((count, as) => html`<${Cell} key=${as} ...${{ count, names, is, as, choice }} part=${count / (totals[is] || 1)} />`)}
              </tr>
            `,
          )}
        </tbody>
      </table>
    </div>
  `;
}

function Cell({ count, part, names, is, as, choice }) {
  const isShown = choice.class === is && choice.predicted === as;
  const open = () => showExamples({ class: is, predicted: as });
  const label = `${names[is]} predicted as ${names[as]}: ${whole(count)}. Show the examples.`;
  return html`
    <td class=${count && (as === is ? "hit" : "miss")} style=${`--part: ${part}`}>
      ${count ? html`<button type="button" aria-pressed=${isShown} aria-label=${label} title=${label} onClick=${open}>${whole(count)}</button>` : "0"}
    </td>
  `;
}
