// The examples of a run in the order in which they are used: epochs above, updates below.
import { html } from "../shared/html.js";
import { short } from "../shared/number_format.js";

export function Batches({ data: { cells, size } }) {
  if (!cells.length) return html`<p class="soft">The batches appear here after training.</p>`;
  const columns = `--cells:repeat(${cells.length}, minmax(0, 1fr))`;
  const updates = groups(cells, ({ update }) => update);
  return html`
    <div class="batches" style=${columns} role="img" aria-label=${updates.map(labelOf).join("; ")}>
      ${groups(cells, ({ epoch }) => epoch).map(({ key, from, to }) => html`<span key=${`e${key}`} class="epoch" style=${`grid-column:${from + 1}/${to + 1}`}>${to - from > 2 || cells.length < 13 ? `Epoch ${key}` : key}</span>`)}
      ${cells.map(({ example, update }, index) => html`<span key=${index} class=${`cell ${update % 2 ? "odd" : ""}`} style=${`grid-column:${index + 1}`}>${example}</span>`)}
      ${updates.map(({ key, from, to, cells: of }) => html`<span key=${`u${key}`} class=${`batch ${key % 2 ? "odd" : ""}`} style=${`grid-column:${from + 1}/${to + 1}`} title=${`Cost ${short(of[0].cost)}`}>${key}</span>`)}
    </div>
    <figcaption class="small soft">Above: the epochs, of ${size} examples each. Below: the numbers of the updates.</figcaption>
  `;
}

const labelOf = ({ key, cells }) => `Update ${key}: ${cells.map(({ example, epoch }) => `example ${example} of epoch ${epoch}`).join(", ")}`;

function groups(cells, keyOf) {
  const found = [];
  cells.forEach((cell, index) => {
    const key = keyOf(cell);
    if (found.at(-1)?.key !== key) found.push({ key, from: index, cells: [] });
    Object.assign(found.at(-1), { to: index + 1 }).cells.push(cell);
  });
  return found;
}
