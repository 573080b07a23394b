// Updates without a batch: initial weights, edits, resets, and returns to the best weights.
import { html } from "../shared/html.js";
import { Num } from "../shared/number_view.js";
import { short, whole } from "../shared/number_format.js";
import { keyOf } from "../shared/parameters.js";
import { parameterName } from "../shared/unit_names.js";
import { enumName } from "../shared/enum_names.js";
import { UPDATE_KINDS } from "../shared/update_kinds.js";

const MOST = 50; // changes in the list

const HEADINGS = { ...UPDATE_KINDS, UPDATE_KIND_GRADIENT: "Earliest stored update" };

export const headingOf = ({ update, state }) => `Update ${whole(update)}: ${HEADINGS[state.kind].toLowerCase()}`;

export function UpdateWithoutBatch({ opened, weight, setPointed }) {
  const { network, state, comparison } = opened;
  const changes = comparison?.changes ?? [];
  const first = changes.find((change) => keyOf(change) === weight);
  const shown = [first, ...changes.filter((change) => change !== first)].filter(Boolean).slice(0, MOST);
  const point = (change) => () => setPointed({ weights: new Set([keyOf(change)]), units: new Set() });
  const leave = () => setPointed(null);
  return html`
    <section class="between" aria-label="The update">
      <h2>${HEADINGS[state.kind]}</h2>
      <p>${sentenceOf(opened)}</p>
      ${shown.length > 0 &&
      html`<table class="changes">
        <thead><tr><th>Parameter</th><th>Before</th><th>After</th></tr></thead>
        <tbody>
          ${shown.map(
            (change) => html`<tr key=${keyOf(change)} class=${change === first ? "selected" : ""} onMouseEnter=${point(change)} onMouseLeave=${leave} onFocusIn=${point(change)} onFocusOut=${leave}>
              <th scope="row">${parameterName(network, change)}</th>
              <td><${Num} value=${change.before} name="before" /></td>
              <td><${Num} value=${change.after} name="after" /></td>
            </tr>`,
          )}
        </tbody>
      </table>`}
      ${Number(comparison?.changedCount) > shown.length && html`<p class="soft">The table shows the ${shown.length} largest changes.</p>`}
    </section>
  `;
}

export const SENTENCES = {
  UPDATE_KIND_INITIAL: beginning,
  UPDATE_KIND_EDIT: (opened) => `A client set parameters. ${changed(opened)}`,
  UPDATE_KIND_RESET: (opened) => `The weights were initialized again, and the optimizer state was cleared. ${changed(opened)}`,
  UPDATE_KIND_RESTORE: (opened) => `The run ended here and returned to the weights of its best validation, those after update ${whole(opened.run.best.update)}. ${changed(opened)}`,
  UPDATE_KIND_GRADIENT: () => "This update comes from a batch, but the update before it was deleted, so its computation cannot be shown. These are the weights after it.",
};

const sentenceOf = (opened) => SENTENCES[opened.state.kind](opened);

// "1 of 15 parameters changed: hidden 3 ← input 2 from 0.1 to 0.5."
function changed({ network, comparison }) {
  if (!comparison) return "The update before it was deleted, so the changes are unknown.";
  const { changedCount, changes } = comparison;
  const [most] = changes;
  if (!most) return "No parameter changed.";
  const largest = `${parameterName(network, most)} from ${short(most.before)} to ${short(most.after)}`;
  return `${whole(changedCount)} of ${whole(network.parameterCount)} parameters changed${changes.length > 1 ? ". The largest change:" : ":"} ${largest}.`;
}

function beginning({ network }) {
  const { forkedFrom, initializer } = network;
  if (forkedFrom) return `This network is a fork. Its initial weights are those of ${forkedFrom.network} after update ${whole(forkedFrom.update)}.`;
  const { kind, seed, low, high } = initializer;
  if (kind === "INITIALIZER_KIND_EXPLICIT") return "The client that created the network set its initial weights.";
  if (seed === undefined) return "All initial weights are 0.";
  const range = low === undefined ? "" : ` from ${short(low)} to ${short(high)}`;
  return `The initial weights were drawn at random (${enumName(kind)}${range}) with seed ${seed}. The same seed gives the same weights.`;
}
