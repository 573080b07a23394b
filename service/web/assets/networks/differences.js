// What differs in the settings of the selected networks: a row for each setting, in which equal values have the same colour, deeper the larger a number is.
import { html } from "../shared/html.js";
import { lookOf } from "./chosen.js";
import { Key } from "./key.js";
import { differences, placesOf } from "./settings.js";

// `drawn` are the networks with a look, of these `rows`.
export function Differences({ rows, drawn }) {
  const shown = drawn.map((id) => rows.find(({ network }) => network.network === id)).filter(Boolean);
  if (shown.length < 2) return null;
  const found = differences(shown);
  return html`
    <section class="panel differences" aria-label="Differences">
      <h3>Differences <span class="small soft">of the settings of the selected networks. Equal values have the same colour; the larger a number, the deeper.</span></h3>
      ${found.length === 0
        ? html`<p class="small soft">They have the same settings.</p>`
        : html`
            <div class="scrolled" tabindex="0">
              <table>
                <thead>
                  <tr>
                    <td></td>
                    ${shown.map(({ network: { network } }) => html`<th scope="col" key=${network}><${Key} look=${lookOf(drawn, network)} /><br />${network}</th>`)}
                  </tr>
                </thead>
                <tbody>
                  ${found.map(({ name, values }) => html`<${Row} key=${name} name=${name} values=${values} />`)}
                </tbody>
              </table>
            </div>
          `}
    </section>
  `;
}

function Row({ name, values }) {
  const places = placesOf(values);
  return html`
    <tr>
      <th scope="row">${name}</th>
      ${values.map((value, index) => html`<td key=${index} style=${`--part: ${places[index] ?? 0}`}>${value ?? html`<span class="soft">–</span>`}</td>`)}
    </tr>
  `;
}
