// The predictions for the examples of the training set at the selected update.
import { post } from "../shared/api.js";
import { useAnswer } from "../shared/answers.js";
import { outputsOf, rowsOf } from "../shared/columns.js";
import { html } from "../shared/html.js";
import { whole } from "../shared/number_format.js";
import { unitNames } from "../shared/unit_names.js";
import { ExampleHead, InputCells, Output, rangeOf, Targets } from "../shared/output.js";

const ROWS = 16;

// The outputs for the examples of a set, and the evaluation on all of it, at an update.
export function useMeasured(network, set, at) {
  return useAnswer(set ? `${set.uid} ${at}` : null, () => ask(network, set, at)).answer;
}

// `measured` is from useMeasured; `deleted` is the id of the training set of the run if it was deleted.
export function Predictions({ network, set, deleted, measured }) {
  const examples = set?.examples.slice(0, ROWS) ?? [];
  const range = rangeOf(network);
  const named = unitNames(network).outputs;
  return html`
    <section class="panel predictions" aria-label="Predictions">
      <h3>Predictions</h3>
      ${!set && html`<p class="soft">${deleted ? `The training set ${deleted} was deleted, so there are no examples to show.` : "Predictions appear here after the first run starts."}</p>`}
      ${set &&
      html`
        <div class="scrolled examples" tabindex="0">
          <table>
            <${ExampleHead} set=${set} titles=${set.targetCount > 1 ? ["Targets", "Outputs"] : ["Target", "Output"]} />
            <tbody>
              ${examples.map(
                ({ inputs, targets }, index) => html`
                  <tr key=${index}>
                    <${InputCells} set=${set} values=${inputs} />
                    <td><${Targets} set=${set} values=${targets} /></td>
                    <td class="outputs">
                      ${targets.map((target, output) => html`<${Output} key=${output} title=${named[output]} value=${measured?.outputs[index]?.[output]} target=${target} range=${range} />`)}
                    </td>
                  </tr>
                `,
              )}
            </tbody>
          </table>
        </div>
        ${Number(set.exampleCount) > examples.length && html`<p class="small soft">The first ${examples.length} of ${whole(set.exampleCount)} examples.</p>`}
      `}
    </section>
  `;
}

async function ask(network, set, update) {
  const path = `networks/${network.network}`;
  const rows = set.examples.map(({ inputs }) => inputs);
  const [predicted, all] = await Promise.all([
    rows.length ? post(`${path}:predict`, { update, ...rowsOf(network, set, rows) }) : { predictions: [] },
    post(`${path}:evaluate`, { update, trainingSet: set.trainingSet }),
  ]);
  return { outputs: outputsOf(predicted.predictions), all };
}
