// The confusion matrix of many classes as an image: correct predictions on the diagonal, confusions beside it.
import { useMemo, useState } from "preact/hooks";
import { Cells } from "../picture/cells.js";
import { html } from "../shared/html.js";
import { whole } from "../shared/number_format.js";
import { showExamples } from "./show_examples.js";

// `rows` are counts by class and predicted class, `totals` those of each class; `choice` are the examples in the gallery.
export function ConfusionMap({ rows, totals, names, choice }) {
  const [cell, setCell] = useState(null);
  const values = useMemo(() => rows.flatMap((row, is) => sharesOf(row, is, totals[is])), [rows.join()]);
  const chosen = choice.class !== undefined && choice.predicted !== undefined ? { row: choice.class, column: choice.predicted } : null;
  const read = cell ?? chosen;
  return html`
    <figure class="confusion-map">
      <figcaption class="small soft">Classes of the examples (rows) and predicted classes (columns):</figcaption>
      <${Cells}
        label=${`Confusion matrix of ${names.length} classes. Use the arrow keys to read single cells, and Enter to show their examples.`}
        ...${{ rows: rows.length, columns: rows.length, values, scale: 1 }}
        isCell=${({ row, column }) => rows[row][column] > 0}
        start=${{ row: 0, column: 0 }}
        marks=${read ? [read] : []}
        point=${setCell}
        pick=${({ row, column }) => showExamples({ class: row, predicted: column })}
      />
      <p class="small map-reading" aria-live="polite">
        ${read
          ? html`<strong>${names[read.row]}</strong> predicted as <strong>${names[read.column]}</strong>: ${whole(rows[read.row][read.column])} of ${whole(totals[read.row])}`
          : html`<span class="soft">Blue: correct. Orange: wrong. Point at a cell to read it; click to see its examples.</span>`}
      </p>
    </figure>
  `;
}

const PALEST = 0.25; // so that a single example can be seen

// The share of each cell in its row: positive if it is correct, negative if it is wrong.
function sharesOf(row, is, total) {
  return row.map((count, as) => (count && (PALEST + ((1 - PALEST) * count) / total)) * (as === is ? 1 : -1));
}
