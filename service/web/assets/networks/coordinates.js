// Parallel coordinates: a line for each combination of settings, through these to its result.
import { html } from "../shared/html.js";
import { short, whole } from "../shared/number_format.js";
import { useEnlargement } from "../shared/presenting.js";
import { axesOf } from "./axes.js";
import { lookOf } from "./chosen.js";
import { bestOf, combined, REPEATS } from "./combinations.js";
import { useWidth } from "../shared/width.js";
import { varyingLabels } from "./listing.js";

// Lengths for text of the usual size.
const HEIGHT = 240;
const TOP = 34;
const BOTTOM = 16;
const SIDE = 66; // for the names of the axes, and the numbers of the last one
const NARROWEST = 80; // between two axes; more of them are scrolled

export function Coordinates({ rows: all, chosen }) {
  const large = useEnlargement();
  const [box, seen] = useWidth(900);
  const names = varyingLabels(all).filter((name) => !REPEATS.includes(name));
  const rows = all.filter(({ network: { labels } }) => names.some((name) => name in labels));
  const { result, combinations } = combined(rows);
  const isMean = combinations.length < rows.length;
  const axes = axesOf(names, isMean ? `Mean ${result.toLowerCase()}` : result, combinations);
  if (axes.length < 2 || combinations.length < 2) return null;
  const [height, side, narrowest] = [HEIGHT, SIDE, NARROWEST].map((length) => large * length);
  const width = Math.max(seen, 2 * side + narrowest * (axes.length - 1));
  const x = (index) => side + (index * (width - 2 * side)) / (axes.length - 1);
  const y = (at) => height - large * BOTTOM - at * (height - large * (TOP + BOTTOM));
  const pathOf = (combination) =>
    axes
      .map(({ placeOf }, index) => [x(index), placeOf(combination)])
      .filter(([, at]) => at !== null)
      .map(([left, at], index) => `${index ? "L" : "M"}${left},${y(at)}`)
      .join("");
  const best = result === "Cost" ? undefined : bestOf(combinations);
  const chosenOf = ({ networks }) => networks.find((network) => chosen.includes(network));
  const rank = (each) => (chosenOf(each) ? 1 : 0) + (each === best ? 2 : 0);
  const inOrder = [...combinations].sort((one, other) => rank(one) - rank(other));
  return html`
    <section class="panel" aria-label="Settings">
      <h3>Settings <span class="small soft">${sentencesOf(isMean, best)}</span></h3>
      ${best && html`<p class="small">Best: ${settingsText(best, names)} (${isMean ? "mean " : ""}${result.toLowerCase()} ${short(best.value)}${isMean ? ` over ${countOf(best)}` : ""}).</p>`}
      <div class="scrolled" tabindex="0" ref=${box}>
        <svg class="coordinates" width=${width} height=${height} role="img" aria-label=${`Settings and results of ${whole(rows.length)} networks; the table has the same values.`}>
          ${inOrder.map((each) => html`<path key=${each.networks[0]} d=${pathOf(each)} class=${classOf(each === best, chosenOf(each))} style=${chosenOf(each) ? styleOf(lookOf(chosen, chosenOf(each))) : undefined} />`)}
          ${axes.map(
            ({ name, ticks }, index) => html`
              <g key=${name}>
                <line x1=${x(index)} x2=${x(index)} y1=${y(0)} y2=${y(1)} />
                <text class=${`name ${index === axes.length - 1 ? "last" : ""}`} x=${index === axes.length - 1 ? width : x(index)} y=${14 * large}>${name}</text>
                ${ticks.map(({ at, text }) => html`<text x=${x(index) + 6 * large} y=${y(at) + 4 * large}>${text}</text>`)}
              </g>
            `,
          )}
        </svg>
      </div>
    </section>
  `;
}

function sentencesOf(isMean, best) {
  const line = isMean ? "Means over seeds and folds: a line for each combination of settings." : "A line for each network.";
  if (!best) return line;
  return `${line} The thickest line is the best${isMean ? " mean" : " one"}.`;
}

const settingsText = ({ labels }, names) => names.filter((name) => name in labels).map((name) => `${name}=${labels[name]}`).join(", ");

const countOf = ({ networks, failedCount }) => {
  const count = networks.length - failedCount;
  return `${count} ${count === 1 ? "network" : "networks"}`;
};

const styleOf = ({ stroke, dash }) => ({ stroke: `var(${stroke})`, strokeDasharray: dash.join(" ") });

const classOf = (isBest, isChosen) => [isBest && "best", isChosen && "chosen"].filter(Boolean).join(" ");
