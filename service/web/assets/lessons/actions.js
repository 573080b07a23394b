// What a learner does to a copy of a network.
import { get, post } from "../shared/api.js";
import { withSets } from "./copies.js";

// Sets weights: { "2-1-4": value }. The service records it as an update.
export function edit({ id }, values) {
  const weights = Object.entries(values).map(([key, value]) => {
    const [layer, unit, input] = key.split("-");
    return { layer: Number(layer), unit: unit - 1, ...(input !== "bias" && { input: input - 1 }), value };
  });
  return post(`networks/${id}:setWeights`, { weights });
}

// Trains: a whole run, or `updates` of it. `changes` are settings that differ from those of the network, with dots
// between the names of nested ones. If `isFresh`, it starts from the weights with which the part began.
export async function train(copy, { changes = {}, updates, isFresh }) {
  const { id } = copy;
  if (isFresh) await restore(copy);
  const { network } = await get(`networks/${id}`);
  const isChanged = Object.keys(changes).length > 0;
  if (isChanged) await cancel(copy);
  const isOpen = network.activeRun !== "0" && !isChanged;
  const settings = changedSettings(copy, changes);
  const extent = updates ? { count: updates } : { count: settings.epochs, unit: "STEP_UNIT_EPOCH" };
  return post(`networks/${id}:step`, { ...extent, ...(!isOpen && { settings }) });
}

// Sets the weights back to those with which the part began.
export async function restore(copy) {
  const { id, start } = copy;
  await cancel(copy);
  const { network } = await get(`networks/${id}`);
  if (Number(network.latestUpdate) === start) return;
  const { state } = await get(`networks/${id}/state`, { update: start });
  await post(`networks/${id}:resetWeights`, { parameters: state.layers });
}

async function cancel({ id }) {
  const { network } = await get(`networks/${id}`);
  if (network.activeRun !== "0") await post(`networks/${id}/runs/${network.activeRun}:cancel`);
}

function changedSettings({ settings, set }, changes) {
  const changed = structuredClone(settings);
  for (const [path, value] of Object.entries(withoutDots(changes, set))) {
    const names = path.split(".");
    const last = names.pop();
    let target = changed;
    for (const name of names) target = target[name] ??= {};
    target[last] = value;
  }
  return changed;
}

// The names of training sets become ids.
const withoutDots = ({ trainingSet, ...others }, set) => ({ ...others, ...(trainingSet && withSets({ trainingSet }, set)) });
