// The predictions of both sides for the examples of a training set, and those of an edit in preview.
import { post } from "../shared/api.js";
import { useAnswer } from "../shared/answers.js";
import { outputsOf, rowsOf } from "../shared/columns.js";
import { html } from "../shared/html.js";
import { Num } from "../shared/number_view.js";
import { ExampleHead, InputCells, inputColumns, rangeOf, Targets } from "../shared/output.js";
import { MOST_LINES, Outputs } from "../shared/outputs.js";
import { outputNames } from "../shared/class_names.js";
import { whole } from "../shared/number_format.js";

const ROWS = 8;

const fits = (set, { network: { layerSizes } }) => set.inputCount === layerSizes[0] && set.targetCount === layerSizes.at(-1);

// `deleted` is the id of the training set of the run if it was deleted.
export function Predictions({ set, deleted, before, after, preview }) {
  if (deleted) return html`<${Without} sentence=${`The training set ${deleted} was deleted, so there are no examples to show.`} />`;
  if (!set) return null;
  if (!fits(set, after)) return html`<${Without} sentence=${`There is no training set for ${after.name} yet. Train the network to see predictions.`} />`;
  const examples = set.sample.slice(0, ROWS);
  const sides = [
    ["Before", fits(set, before) ? before : null],
    ["After", after],
    ["With the edit", preview],
  ];
  return html`
    <section class="panel" aria-label="Predictions">
      <h3>Predictions <span class="small soft">for the examples of ${set.trainingSet}</span></h3>
      <div class="scrolled" tabindex="0">
        <table class="predictions">
          <${ExampleHead} set=${set} titles=${[set.targetCount > 1 ? "Targets" : "Target", ...sides.map(([title]) => title)]} />
          <${Body} set=${set} examples=${examples} sides=${sides} />
        </table>
      </div>
      ${Number(set.exampleCount) > examples.length && html`<p class="small soft">The first ${examples.length} of ${whole(set.exampleCount)} examples. The cost is the mean over all of them.</p>`}
    </section>
  `;
}

const Without = ({ sentence }) => html`
  <section class="panel" aria-label="Predictions">
    <h3>Predictions</h3>
    <p class="small soft">${sentence}</p>
  </section>
`;

function Body({ set, examples, sides }) {
  const answers = sides.map(([, side]) => useSide(set, examples, side));
  return html`
    <tbody>
      ${examples.map(
        ({ inputs, targets }, row) => html`
          <tr key=${row}>
            <${InputCells} set=${set} values=${inputs} name=${`example ${row + 1}`} />
            <td><${Targets} set=${set} values=${targets} /></td>
            ${sides.map(
              ([title, side], at) => html`
                <td key=${title} data-side=${title}>
                  ${side ? html`<${Outputs} names=${namesOf(side, set)} values=${answers[at]?.outputs[row]} targets=${targets} range=${rangeOf(side.network)} />` : html`<span class="none">–</span>`}
                </td>
              `,
            )}
          </tr>
        `,
      )}
      <tr class="sums">
        <th scope="row" colspan=${inputColumns(set) + 1}>Cost of all ${whole(set.exampleCount)} examples</th>
        ${sides.map(([title, side], at) => html`<td key=${title} data-cost=${title}><${Num} value=${side ? answers[at]?.all.cost : undefined} name="cost" /></td>`)}
      </tr>
      <tr class="sums">
        <th scope="row" colspan=${inputColumns(set) + 1}>Correct</th>
        ${sides.map(([title, side], at) => html`<td key=${title} class="num">${(side && answers[at]?.all.correctCount) ?? "–"}</td>`)}
      </tr>
    </tbody>
  `;
}

// Names fit only into bars, which show one of them.
const namesOf = ({ network }, set) => (network.layerSizes.at(-1) > MOST_LINES ? outputNames(network, set) : []);

function useSide(set, examples, side) {
  const rows = examples.map(({ inputs }) => inputs);
  const { answer } = useAnswer(side ? `${set.uid} ${side.name} ${side.update}` : null, async () => {
    const [{ predictions }, all] = await Promise.all([
      rows.length ? post(`networks/${side.name}:predict`, { update: side.update, ...rowsOf(side.network, set, rows) }) : { predictions: [] },
      post(`networks/${side.name}:evaluate`, { update: side.update, trainingSet: set.trainingSet }),
    ]);
    return { outputs: outputsOf(predictions), all };
  });
  return answer;
}
