// The cost curves of several networks in one plot.
import { useMemo } from "preact/hooks";
import { get } from "../shared/api.js";
import { useAnswer } from "../shared/answers.js";
import { AsNumbers } from "../shared/as_numbers.js";
import { Curve } from "../shared/curve.js";
import { html } from "../shared/html.js";
import { go } from "../shared/place.js";
import { lookOf, MOST_CHOSEN } from "./chosen.js";
import { Key } from "./key.js";

const POINTS = 300;
const NONE = [];

// What a curve is drawn by: the whole history by its updates, the latest run by its epochs, or by its time.
const AXES = {
  update: { name: "update", of: ({ update }) => Number(update) },
  epoch: { name: "epoch", isOfRun: true, of: ({ epoch, firstExample }, { trainingExamples }) => Number(epoch) - 1 + Number(firstExample) / Number(trainingExamples || Infinity) },
  time: { name: "time", isOfRun: true, of: ({ update }, run) => (secondsOf(run) * (Number(update) - Number(run.firstUpdate) + 1)) / (Number(run.latestUpdate) - Number(run.firstUpdate) + 1) },
};

const secondsOf = ({ startTime, endTime }) => (Date.parse(endTime ?? new Date()) - Date.parse(startTime)) / 1000;
const NOTES = { epoch: "Epochs of the latest run.", time: "Seconds of the latest run, as if each of its updates took equally long." };

// Of the `selected` networks; as long as there are none, of the first ones of the table.
export function Curves({ rows, selected, by: named, isLog }) {
  const chosen = selected.length ? selected : firstOf(rows);
  const by = named in AXES ? named : "update";
  const shown = chosen.map((id) => rows.find(({ network }) => network.network === id)).filter(Boolean);
  const isValidated = shown.length > 0 && shown.every(({ run }) => run?.settings.validation);
  const key = shown.map(({ network }) => `${network.network} ${network.latestUpdate}`).join(" ");
  const { answer } = useAnswer(key ? `${isValidated} ${by} ${key}` : null, (signal) => Promise.all(shown.map((row) => curveOf(row, isValidated, AXES[by], signal))));
  const curves = (shown.length && answer) || NONE;
  const { xs, lines } = useMemo(() => linesOf(curves, chosen, isLog), [answer, chosen, isLog]);
  return html`
    <section class="panel" aria-label="Cost curves">
      <div class="curves-head">
        <h3>${isValidated ? "Validation cost" : "Cost"}</h3>
        <span class="small soft">${noteOn(selected, chosen)} ${NOTES[by]}</span>
        <span class="spring"></span>
        <label class="small">By${" "}<select aria-label="Draw by" value=${by} onChange=${(event) => go({ by: event.target.value })}>${Object.entries(AXES).map(([each, { name }]) => html`<option key=${each} value=${each}>${name}</option>`)}</select></label>
        <label class="check small"><input type="checkbox" checked=${isLog} onChange=${(event) => go({ scale: event.target.checked ? "log" : undefined })} /> Logarithmic</label>
      </div>
      ${lines.length > 0 &&
      html`<${Curve} xs=${xs} lines=${lines} height=${220} scale=${isLog ? "log" : "linear"} isWhole=${by === "update"} label=${`${isValidated ? "Validation cost" : "Cost"} of ${lines.map(({ name }) => name).join(", ")} by ${AXES[by].name}.`} />`}
      ${lines.length > 0 && html`<${AsNumbers} label="Numbers of the curves" titles=${[capital(AXES[by].name), ...lines.map(({ name }) => name)]} rowsOf=${() => xs.map((x, at) => [x, ...lines.map(({ ys }) => ys[at])])} />`}
      <ul class="keys small">
        ${shown.map(({ network }) => html`<li key=${network.network}><${Key} look=${lookOf(chosen, network.network)} /> ${network.network}</li>`)}
      </ul>
    </section>
  `;
}

const firstOf = (rows) =>
  rows
    .filter(({ network }) => Number(network.latestUpdate) > 0)
    .slice(0, MOST_CHOSEN)
    .map(({ network }) => network.network);

function noteOn(selected, { length }) {
  if (selected.length >= MOST_CHOSEN) return `The last ${MOST_CHOSEN} of the selected networks.`;
  if (selected.length) return "The selected networks.";
  const first = length === 1 ? "The first network" : `The first ${length} networks`;
  return length ? `${first} of the table.` : `Select up to ${MOST_CHOSEN} networks in the table.`;
}

const capital = (name) => name.charAt(0).toUpperCase() + name.slice(1);

async function curveOf({ network, run }, isValidated, { isOfRun, of }, signal) {
  if (isOfRun && !run?.startTime) return { network: network.network, values: new Map() };
  const range = isOfRun ? { startUpdate: run.firstUpdate, endUpdate: run.latestUpdate } : {};
  const query = { ...range, maxPoints: POINTS, detail: "DETAIL_COST", ...(isValidated && { validated: true }) };
  const { updates } = await get(`networks/${network.network}/updates`, query, signal);
  return { network: network.network, values: new Map(updates.map((each) => [of(each, run), isValidated ? each.validation.cost : each.cost])) };
}

function linesOf(curves, chosen, isLog) {
  const drawn = curves.filter(({ network }) => chosen.includes(network));
  const xs = [...new Set(drawn.flatMap(({ values }) => [...values.keys()]))].sort((one, other) => one - other);
  const heightOf = (value) => (value === undefined || (typeof value === "number" && (!isLog || value > 0)) ? value : null);
  const lines = drawn.map(({ network, values }) => ({ name: network, ys: xs.map((x) => heightOf(values.get(x))), ...lookOf(chosen, network), width: 2 }));
  return { xs, lines };
}
