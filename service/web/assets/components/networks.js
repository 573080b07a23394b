// The list of networks: the table, what can be done with the selected ones, and their settings side by side.
import { Actions } from "../networks/actions.js";
import { Coordinates } from "../networks/coordinates.js";
import { Curves } from "../networks/curves.js";
import { Differences } from "../networks/differences.js";
import { Table } from "../networks/table.js";
import { html } from "../shared/html.js";
import { runOf, SMALL } from "./samples.js";

const nothing = () => {};

const rowOf = (network, labels, run) => ({ network: { ...SMALL, network, uid: network, labels, createTime: "2026-11-30T09:30:00Z", etag: "1" }, run });
const rated = (rate, more) => {
  const { settings, ...run } = runOf("SUCCEEDED", more);
  return { ...run, settings: { ...settings, learningRate: rate, validation: { share: 0.2 } } };
};

const ROWS = [
  rowOf("rates-1", { sweep: "rates", learning_rate: "0.5" }, rated(0.5, { latestValidation: { cost: 0.41, accuracy: 0.875 } })),
  rowOf("rates-2", { sweep: "rates", learning_rate: "5" }, rated(5, { latestValidation: { cost: 0.12, accuracy: 1 } })),
  rowOf("rates-3", { sweep: "rates", learning_rate: "50" }, { ...rated(50, { latestCost: "NaN", latestValidation: { cost: "Infinity", accuracy: 0.5 } }), state: "RUN_STATE_FAILED" }),
  rowOf("a-network-with-the-longest-id-that-the-service-accepts-from-us-63", { sweep: "rates", learning_rate: "0.05", remark: "a label whose value is long enough to be wrapped" }, runOf("RUNNING")),
  rowOf("without-a-run", {}, undefined),
];
const [first, second] = ROWS.map(({ network }) => network.network);

const list = (content) => html`<div class="networks">${content}</div>`;
const table = (rows, sort, chosen) => list(html`<${Table} rows=${rows} sort=${sort} chosen=${chosen} setChosen=${nothing} />`);
const actions = (chosen) => list(html`<${Actions} chosen=${chosen} changed=${nothing} />`);
const curves = (rows) => list(html`<${Curves} rows=${rows} selected=${rows.map(({ network }) => network.network)} />`);

export const NETWORKS = [
  ["Table", table(ROWS, "validation-cost", [first, second]), "wide"],
  ["Table of one network", table(ROWS.slice(0, 1), "-created", []), "wide"],
  ["Nothing is selected", actions([])],
  ["Some are selected", actions(ROWS.slice(0, 2))],
  ["Curves", curves(ROWS.slice(0, 2))],
  ["Curves before a network is selected", curves([])],
  ["Differences", list(html`<${Differences} rows=${ROWS} drawn=${[first, second]} />`)],
  ["Settings", list(html`<${Coordinates} rows=${ROWS.slice(0, 3)} chosen=${[second]} />`), "wide"],
];
