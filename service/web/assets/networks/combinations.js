// Combinations of settings, as in `clearprop sweep`: the networks of one differ by seed and fold only, and
// its results are means.
import { validationOf } from "./listing.js";

export const REPEATS = ["fold", "seed", "trial"]; // labels that number the networks of a combination

// The results: that of a network, by the name of its column.
const RESULTS = {
  "Validation cost": (row) => validationOf(row)?.cost,
  Cost: ({ run }) => run?.latestCost,
};

// Returns { result: the name of the result, combinations: [{ labels, networks, value, failedCount }] }.
// `value` is undefined if no network has a finite result.
export function combined(rows) {
  const result = rows.some(validationOf) ? "Validation cost" : "Cost";
  const groups = new Map();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return { result, combinations: [...groups.values()].map((group) => combinationOf(group, RESULTS[result])) };
}

// The combination with the lowest mean; those of which a network failed come last.
export function bestOf(combinations) {
  const ranked = combinations.filter(({ value }) => value !== undefined);
  return ranked.sort((one, other) => (one.failedCount > 0) - (other.failedCount > 0) || one.value - other.value)[0];
}

// A network without such labels is a combination of its own.
function keyOf({ network: { network, labels, layerSizes } }) {
  if (!REPEATS.some((name) => name in labels)) return network;
  const others = Object.entries(labels).filter(([name]) => !REPEATS.includes(name));
  return JSON.stringify([layerSizes, others.sort()]);
}

function combinationOf(rows, resultOf) {
  const succeeded = rows.filter(({ run }) => run?.state === "RUN_STATE_SUCCEEDED");
  const counted = rows.length > 1 ? succeeded : rows;
  const values = counted.map(resultOf).filter((value) => value !== undefined).map(Number);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    labels: rows[0].network.labels,
    networks: rows.map(({ network }) => network.network),
    value: Number.isFinite(mean) ? mean : undefined,
    failedCount: rows.length - succeeded.length,
  };
}
