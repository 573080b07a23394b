// The predictions for the examples of the training set at the selected update.
import { html } from "../shared/html.js";
import { whole } from "../shared/number_format.js";
import { outputNames } from "../shared/class_names.js";
import { ExampleHead, InputCells, rangeOf, Targets } from "../shared/output.js";
import { Outputs } from "../shared/outputs.js";

const ROWS = 16;

// `measured` is from useShown; `deleted` is the id of the training set of the run if it was deleted.
export function Predictions({ network, run, set, deleted, measured }) {
  const examples = set?.examples.slice(0, ROWS) ?? [];
  const range = rangeOf(network);
  const named = outputNames(network, set);
  return html`
    <section class="panel predictions" aria-label="Predictions">
      <h3>Predictions</h3>
      ${deleted && html`<p class="soft">The training set ${deleted} was deleted, so there are no examples to show.</p>`}
      ${!run && html`<p class="soft">Predictions appear here after the first run starts.</p>`}
      ${set &&
      html`
        <div class="scrolled examples" tabindex="0">
          <table>
            <${ExampleHead} set=${set} titles=${set.targetCount > 1 ? ["Targets", "Outputs"] : ["Target", "Output"]} />
            <tbody>
              ${examples.map(
                ({ inputs, targets }, index) => html`
                  <tr key=${index}>
                    <${InputCells} set=${set} values=${inputs} name=${`example ${index + 1}`} />
                    <td><${Targets} set=${set} values=${targets} /></td>
                    <td class="outputs">
                      <${Outputs} names=${named} values=${measured?.outputs[index]} targets=${targets} range=${range} />
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
