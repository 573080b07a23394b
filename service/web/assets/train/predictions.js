// The predictions for the examples of the training set at the selected update.
import { post } from "../shared/api.js";
import { useAnswer } from "../shared/answers.js";
import { html } from "../shared/html.js";
import { Num } from "../shared/number_view.js";
import { whole } from "../shared/number_format.js";
import { Numbers, Output, rangeOf } from "../shared/output.js";
import { Judgement } from "./judgement.js";

const ROWS = 16;

export function Predictions({ network, set, at }) {
  const examples = set?.examples.slice(0, ROWS) ?? [];
  const { answer } = useAnswer(set ? `${set.uid} ${at}` : null, () => ask(network.network, set, at));
  const range = rangeOf(network);
  return html`
    <section class="panel predictions" aria-label="Predictions">
      <h3>Predictions</h3>
      ${!set && html`<p class="soft">Predictions appear here after the first run starts.</p>`}
      ${set &&
      html`
        <div class="scrolled examples" tabindex="0">
          <table>
            <thead>
              <tr>
                <th scope="col">Inputs</th>
                <th scope="col">${set.targetCount > 1 ? "Targets" : "Target"}</th>
                <th scope="col">${set.targetCount > 1 ? "Outputs" : "Output"}</th>
              </tr>
            </thead>
            <tbody>
              ${examples.map(
                ({ inputs, targets }, index) => html`
                  <tr key=${index}>
                    <td><${Numbers} values=${inputs} /></td>
                    <td><${Numbers} values=${targets} /></td>
                    <td class="outputs">
                      ${targets.map((target, output) => html`<${Output} key=${output} value=${answer?.outputs[index]?.[output]} target=${target} range=${range} />`)}
                    </td>
                  </tr>
                `,
              )}
            </tbody>
          </table>
        </div>
        ${Number(set.exampleCount) > examples.length && html`<p class="small soft">${examples.length ? `The first ${examples.length} of ${whole(set.exampleCount)} examples.` : `The training set has ${whole(set.exampleCount)} examples, too many to show.`}</p>`}
        <p class="small whole-set">
          All ${whole(set.exampleCount)} examples: cost <${Num} value=${answer?.all?.cost} name="cost" />
          ${answer?.all?.correctCount !== undefined && html`<span>, ${whole(answer.all.correctCount)} correct</span>`}
        </p>
        ${answer?.all && html`<${Judgement} network=${network} measured=${answer.all} examples=${set.examples} outputs=${answer.outputs} />`}
      `}
    </section>
  `;
}

async function ask(network, { trainingSet, examples }, update) {
  const inputs = examples.map((example) => ({ values: example.inputs }));
  const [predicted, all] = await Promise.all([
    inputs.length ? post(`networks/${network}:predict`, { update, inputs }) : { predictions: [] },
    post(`networks/${network}:evaluate`, { update, trainingSet }),
  ]);
  return { outputs: predicted.predictions.map(({ outputs }) => outputs), all };
}
