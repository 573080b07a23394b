// The settings of networks and of their latest runs, by name, and which of them differ.
import { enumName } from "../shared/enum_names.js";

const OF_NETWORK = ["layerSizes", "activations", "bias", "costFunction", "initializer"];
const ENUM = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/;

// Returns { name: value }: "learning rate" for settings.learningRate, "optimizer momentum" for that of its optimizer.
export function settingsOf({ network, run }) {
  const own = Object.fromEntries(OF_NETWORK.map((name) => [name, network[name]]));
  return Object.fromEntries([...named("", own), ...named("", run?.settings ?? {})]);
}

// Those that not all rows have alike: [{ name, values: one for each row }].
export function differences(rows) {
  const all = rows.map(settingsOf);
  const names = [...new Set(all.flatMap(Object.keys))];
  return names.map((name) => ({ name, values: all.map((settings) => settings[name]) })).filter(({ values }) => new Set(values).size > 1);
}

// How far a value is from the least of its row to the largest, from 0 to 1: numbers by size, others by their order.
export function placesOf(values) {
  const known = [...new Set(values.filter((value) => value !== undefined))];
  const inOrder = known.every((value) => Number.isFinite(Number(value))) ? known.sort((one, other) => one - other) : known.sort();
  return values.map((value) => (value === undefined ? null : inOrder.indexOf(value) / Math.max(inOrder.length - 1, 1)));
}

function named(path, values) {
  return Object.entries(values).flatMap(([name, value]) => {
    const full = `${path} ${name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`.trim().replace(/ kind$/, "");
    if (value && typeof value === "object" && !Array.isArray(value)) return named(full, value);
    return value === undefined ? [] : [[full, Array.isArray(value) ? value.map(textOf).join("-") : textOf(value)]];
  });
}

const textOf = (value) => (ENUM.test(value) ? enumName(value) : typeof value === "boolean" ? (value ? "yes" : "no") : String(value));
