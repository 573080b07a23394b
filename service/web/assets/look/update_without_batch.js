// Updates that no batch made: how a network began, what someone set, and how it was made anew.
import { html } from "../shared/html.js";
import { Num } from "../shared/number_view.js";
import { short, whole } from "../shared/number_format.js";
import { keyOf } from "../shared/parameters.js";
import { parameterName } from "../shared/unit_names.js";
import { enumName } from "../shared/enum_names.js";

const MOST = 50; // changes that are listed

const HEADINGS = {
  UPDATE_KIND_INITIAL: "How the network began",
  UPDATE_KIND_EDIT: "An edit",
  UPDATE_KIND_RESET: "Made anew",
  UPDATE_KIND_GRADIENT: "The earliest update that is kept",
};

export const headingOf = ({ update, state }) => `Update ${whole(update)}: ${HEADINGS[state.kind].toLowerCase()}`;

export function UpdateWithoutBatch({ opened, weight, setPointed }) {
  const { network, state, comparison } = opened;
  const changes = comparison?.changes ?? [];
  const first = changes.find((change) => keyOf(change) === weight);
  const shown = [first, ...changes.filter((change) => change !== first)].filter(Boolean).slice(0, MOST);
  const point = (change) => () => setPointed({ weights: new Set([keyOf(change)]), units: new Set() });
  const leave = () => setPointed(null);
  return html`
    <section class="between" aria-label="What this update is">
      <h2>${HEADINGS[state.kind]}</h2>
      <p>${sentenceOf(opened)}</p>
      ${shown.length > 0 &&
      html`<table class="changes">
        <thead><tr><th>weight</th><th>before</th><th>after</th></tr></thead>
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
      ${Number(comparison?.changedCount) > shown.length && html`<p class="soft">These are the ${shown.length} largest changes.</p>`}
    </section>
  `;
}

const SENTENCES = {
  UPDATE_KIND_INITIAL: beginning,
  UPDATE_KIND_EDIT: (opened) => `Someone set weights: ${changed(opened)}`,
  UPDATE_KIND_RESET: (opened) => `The weights were made anew, and what the optimizer remembered is gone: ${changed(opened)}`,
  UPDATE_KIND_GRADIENT: () => "A batch made it, but what was before it is no longer kept, so that it cannot be looked into. These are its weights.",
};

const sentenceOf = (opened) => SENTENCES[opened.state.kind](opened);

// "1 of 15 weights changed, hidden 3 ← input 2 from 0.1 to 0.5."
function changed({ network, comparison }) {
  if (!comparison) return "what was before is no longer kept.";
  const { changedCount, changes } = comparison;
  const [most] = changes;
  if (!most) return "none of them changed.";
  const largest = `${parameterName(network, most)} from ${short(most.before)} to ${short(most.after)}`;
  return `${whole(changedCount)} of ${whole(network.parameterCount)} weights changed, ${changes.length > 1 ? "most of all " : ""}${largest}.`;
}

function beginning({ network }) {
  const { forkedFrom, initializer } = network;
  if (forkedFrom) return `It is a fork: its weights are those of ${forkedFrom.network} after update ${whole(forkedFrom.update)}.`;
  const { kind, seed, low, high } = initializer;
  if (kind === "INITIALIZER_KIND_EXPLICIT") return "Its first weights were given by whoever made it.";
  if (seed === undefined) return "All of its weights were 0.";
  const range = low === undefined ? "" : ` from ${short(low)} to ${short(high)}`;
  return `Its weights were drawn at random (${enumName(kind)}${range}) with seed ${seed}: the same seed makes the same weights again.`;
}
