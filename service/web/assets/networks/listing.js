// Which networks are listed, in which order, and what is known of each.
import { isOfLesson, LESSON } from "../shared/lesson_networks.js";

// The columns of the table that it can be sorted by: their name, and the value of a network.
export const COLUMNS = {
  network: { name: "Network", valueOf: ({ network }) => network.network },
  layers: { name: "Layers", valueOf: ({ network }) => Number(network.parameterCount) },
  runs: { name: "Runs", valueOf: ({ run }) => (run ? Number(run.run) : 0) },
  updates: { name: "Updates", valueOf: ({ network }) => Number(network.latestUpdate) },
  run: { name: "State", valueOf: ({ run }) => run?.state },
  cost: { name: "Cost", valueOf: ({ run }) => run?.latestCost },
  "validation-cost": { name: "Validation cost", valueOf: (row) => validationOf(row)?.cost },
  accuracy: { name: "Accuracy", valueOf: (row) => validationOf(row)?.accuracy },
  created: { name: "Created", valueOf: ({ network }) => network.createTime },
};

// The validation of the parameters that the latest run ended with.
export function validationOf({ run }) {
  const isRestored = run?.settings.stop?.restoreBest && run.state === "RUN_STATE_SUCCEEDED";
  return isRestored ? run.best : run?.latestValidation;
}

// Whether a network has every term of a filter: `label=value`, or a part of its id.
export function isFound({ network, labels }, filter) {
  return filter
    .split(/\s+/)
    .filter(Boolean)
    .every((term) => {
      const at = term.indexOf("=");
      return at > 0 ? labels[term.slice(0, at)] === term.slice(at + 1) : network.includes(term);
    });
}

// Without the networks that lessons made, unless these are wanted: by `withLessons`, or by their label in the filter.
export function withoutLessons(networks, { withLessons, filter }) {
  return withLessons || filter.includes(`${LESSON}=`) ? networks : networks.filter((network) => !isOfLesson(network));
}

// Sorts by a column, or in reverse with "-" before its name; rows without a value are last,
// and rows with the same value in the order of their ids.
export function sorted(rows, sort) {
  const valueOf = (COLUMNS[sort.replace(/^-/, "")] ?? COLUMNS.network).valueOf;
  const way = sort.startsWith("-") ? -1 : 1;
  const isKnown = (value) => value !== undefined && value !== "NaN";
  return [...rows].sort((one, other) => {
    const [a, b] = [valueOf(one), valueOf(other)].map(ordered);
    if (isKnown(a) !== isKnown(b)) return isKnown(a) ? -1 : 1;
    if (isKnown(a) && a !== b) return a < b ? -way : way;
    return one.network.network < other.network.network ? -1 : 1;
  });
}

// The service sends what is not finite as a text.
const ordered = (value) => ({ Infinity, "-Infinity": -Infinity })[value] ?? value;

// The labels that not all networks have alike.
export const differingLabels = (rows) => labelsWith(rows, (values) => new Set(values).size > 1);

// The labels with several values, which are the settings that vary in a sweep.
export const varyingLabels = (rows) => labelsWith(rows, (values) => new Set(values.filter((value) => value !== undefined)).size > 1);

function labelsWith(rows, isWanted) {
  const names = [...new Set(rows.flatMap(({ network }) => Object.keys(network.labels)))];
  return names.filter((name) => name !== LESSON && isWanted(rows.map(({ network }) => network.labels[name]))).sort();
}
