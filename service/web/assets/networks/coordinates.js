// Parallel coordinates: a line for each network, through its settings to its result.
import { html } from "../shared/html.js";
import { axesOf } from "./axes.js";
import { lookOf } from "./chosen.js";

const WIDTH = 900;
const HEIGHT = 240;
const TOP = 34;
const BOTTOM = 16;
const SIDE = 70;

export function Coordinates({ rows, chosen, best }) {
  const axes = axesOf(rows);
  if (axes.length < 2 || rows.length < 2) return null;
  const x = (index) => SIDE + (index * (WIDTH - 2 * SIDE)) / (axes.length - 1);
  const y = (at) => HEIGHT - BOTTOM - at * (HEIGHT - TOP - BOTTOM);
  const pathOf = (row) =>
    axes
      .map(({ placeOf }, index) => [x(index), placeOf(row)])
      .filter(([, at]) => at !== null)
      .map(([left, at], index) => `${index ? "L" : "M"}${left},${y(at)}`)
      .join("");
  const isChosen = ({ network }) => chosen.includes(network.network);
  const inOrder = [...rows.filter((row) => !isChosen(row) && row !== best), ...rows.filter(isChosen), ...(best && !isChosen(best) ? [best] : [])];
  return html`
    <section class="panel" aria-label="Settings">
      <h3>Settings <span class="small soft">A line for each network. The thickest line is the best one.</span></h3>
      <div class="scrolled" tabindex="0">
        <svg class="coordinates" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${`Settings and results of ${rows.length} networks; the table has the same values.`}>
          ${inOrder.map((row) => html`<path key=${row.network.network} d=${pathOf(row)} class=${classOf(row === best, isChosen(row))} style=${isChosen(row) ? styleOf(lookOf(chosen, row.network.network)) : undefined} />`)}
          ${axes.map(
            ({ name, ticks }, index) => html`
              <g key=${name}>
                <line x1=${x(index)} x2=${x(index)} y1=${y(0)} y2=${y(1)} />
                <text class="name" x=${x(index)} y="14">${name}</text>
                ${ticks.map(({ at, text }) => html`<text x=${x(index) + 6} y=${y(at) + 4}>${text}</text>`)}
              </g>
            `,
          )}
        </svg>
      </div>
    </section>
  `;
}

const styleOf = ({ stroke, dash }) => ({ stroke: `var(${stroke})`, strokeDasharray: dash.join(" ") });

const classOf = (isBest, isChosen) => [isBest && "best", isChosen && "chosen"].filter(Boolean).join(" ");
