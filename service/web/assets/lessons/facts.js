// What the service says about a copy of a network at one time. Each answer is requested once.
import { get, post } from "../shared/api.js";
import { withSets } from "./copies.js";

// `at` is the update that is meant where nothing else is said: a number, "start", "latest" or "next".
export function factsOf(copy, at = "latest") {
  const { id, settings, set, start } = copy;
  const answers = new Map();
  const once = (key, ask) => answers.get(key) ?? answers.set(key, ask()).get(key);
  const network = () => once("network", async () => (await get(`networks/${id}`)).network);
  const latest = async () => Number((await network()).latestUpdate);
  const run = () => once("run", askRun);
  // None after a new beginning.
  const askRun = async () => {
    const [found] = (await get(`networks/${id}/runs`, { pageSize: 1 })).runs;
    const isOver = found && Number(found.latestUpdate) < (await latest());
    return isOver && (await stateAt("latest")).kind === "UPDATE_KIND_RESET" ? undefined : found;
  };
  const numberOf = async (update) => (update === "start" ? start : Number.isInteger(update) ? update : await latest());
  const stateAt = (update) => once(`state ${update}`, async () => (await get(`networks/${id}/state`, { update: await numberOf(update) })).state);
  const askTrace = async (update) => {
    if (Number.isInteger(update)) return (await get(`networks/${id}/updates/${update}:trace`)).trace;
    const isActive = (await network()).activeRun !== "0";
    return (await post(`networks/${id}/updates:trace`, { next: true, ...(!isActive && { settings }) })).trace;
  };
  const askUpdates = async (query) => {
    const { firstUpdate, latestUpdate, updatesDone } = (await run()) ?? { updatesDone: "0" };
    if (updatesDone === "0") return [];
    return (await get(`networks/${id}/updates`, { startUpdate: firstUpdate, endUpdate: latestUpdate, detail: "DETAIL_COST", ...query })).updates;
  };
  const evaluate = async (name, update) => post(`networks/${id}:evaluate`, { update: await numberOf(update), ...withSets({ trainingSet: name }, set) });
  return {
    copy,
    at,
    network,
    run,
    latest,
    // The parameters after an update.
    state: (update = at) => stateAt(update),
    // The inside of an update. With the latest parameters that is the next one, which is not applied.
    trace: (update = at) => once(`trace ${update}`, () => askTrace(update === "start" ? start : update)),
    evaluation: (name, update = at) => once(`evaluation ${name} ${update}`, () => evaluate(name, update)),
    // The updates of the latest run.
    updates: (query) => once(`updates ${JSON.stringify(query)}`, () => askUpdates(query)),
  };
}
