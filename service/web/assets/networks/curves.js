// The cost curves of several networks in one plot.
import { useMemo } from "preact/hooks";
import { get } from "../shared/api.js";
import { useAnswer } from "../shared/answers.js";
import { Curve } from "../shared/curve.js";
import { html } from "../shared/html.js";
import { lookOf, MOST_CHOSEN } from "./chosen.js";

const POINTS = 300;
const NONE = [];

export function Curves({ rows, chosen, isLog, setLog }) {
  const shown = chosen.map((id) => rows.find(({ network }) => network.network === id)).filter(Boolean);
  const isValidated = shown.length > 0 && shown.every(({ run }) => run?.settings.validation);
  const key = shown.map(({ network }) => `${network.network} ${network.latestUpdate}`).join(" ");
  const { answer } = useAnswer(key ? `${isValidated} ${key}` : null, (signal) => Promise.all(shown.map(({ network }) => curveOf(network, isValidated, signal))));
  const curves = (shown.length && answer) || NONE;
  const { xs, lines } = useMemo(() => linesOf(curves, chosen, isLog), [answer, chosen, isLog]);
  return html`
    <section class="panel" aria-label="Cost curves">
      <div class="curves-head">
        <h3>${isValidated ? "Validation cost" : "Cost"}</h3>
        <span class="small soft">Select up to ${MOST_CHOSEN} networks in the table.</span>
        <span class="spring"></span>
        <label class="check small"><input type="checkbox" checked=${isLog} onChange=${(event) => setLog(event.target.checked)} /> Logarithmic</label>
      </div>
      ${lines.length > 0 &&
      html`<${Curve} xs=${xs} lines=${lines} height=${220} scale=${isLog ? "log" : "linear"} label=${`${isValidated ? "Validation cost" : "Cost"} of ${lines.map(({ name }) => name).join(", ")} by update.`} />`}
      <ul class="keys small">
        ${shown.map(({ network }) => html`<li key=${network.network}><${Key} look=${lookOf(chosen, network.network)} /> ${network.network}</li>`)}
      </ul>
    </section>
  `;
}

const Key = ({ look }) => html`
  <svg class="key" viewBox="0 0 28 8" aria-hidden="true"><path d="M0,4H28" style=${{ stroke: `var(${look.stroke})`, strokeDasharray: look.dash.join(" ") }} /></svg>
`;

async function curveOf({ network }, isValidated, signal) {
  const { updates } = await get(`networks/${network}/updates`, { maxPoints: POINTS, detail: "DETAIL_COST", ...(isValidated && { validated: true }) }, signal);
  const values = updates.map(({ update, cost, validation }) => [Number(update), isValidated ? validation.cost : cost]);
  return { network, values: new Map(values) };
}

function linesOf(curves, chosen, isLog) {
  const drawn = curves.filter(({ network }) => chosen.includes(network));
  const xs = [...new Set(drawn.flatMap(({ values }) => [...values.keys()]))].sort((one, other) => one - other);
  const heightOf = (value) => (value === undefined || (typeof value === "number" && (!isLog || value > 0)) ? value : null);
  const lines = drawn.map(({ network, values }) => ({ name: network, ys: xs.map((x) => heightOf(values.get(x))), ...lookOf(chosen, network), width: 2 }));
  return { xs, lines };
}
