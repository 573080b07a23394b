// The networks and training sets of lessons on the server. A part that changes a network has its own copy, so parts
// can be done in any order. The id of each contains a digest of what it was made from: a lesson that is edited has new ones.
import { ApiError, get, post, remove } from "../shared/api.js";
import { isOfLesson, LESSON } from "../shared/lesson_networks.js";
import { LessonError } from "./parse.js";

const PREFIX = "lesson";
// What idOf makes: people may have sets of their own whose ids begin like that.
const OURS = new RegExp(`^${PREFIX}-.+-[0-9a-z]{6}$`);
const MOST = 1000; // the largest page that the service sends
const CONFLICT = 409;

const copies = new Map(); // by their ids: the promise of each

// The network with this name in a lesson, for a learner and for one of its parts: { id, network, settings, start, set },
// created if it is missing. `start` is the number of the update at which the lesson begins, `set` resolves the name of a
// training set to its id.
export function openCopy({ lesson, part, name, learner }) {
  const block = blockNamed(lesson, part, "network", name);
  const isChanged = part.question?.kind.startsWith("do ") && part.question.fields.network === name;
  const owner = isChanged ? `${learner} ${lesson.parts.indexOf(part) + 1}` : learner;
  const id = idOf(lesson, name, `${owner} ${JSON.stringify(block.fields)}`);
  if (!copies.has(id)) copies.set(id, open({ id, block, lesson, part }).catch((error) => (copies.delete(id), Promise.reject(error))));
  return copies.get(id);
}

async function open({ id, block, lesson, part }) {
  const { settings: given, updates = 0, weights, biases, seed, ...fields } = block.fields;
  const set = (name) => setId(lesson, part, name);
  const settings = withSets(given, set);
  await Promise.all(setsIn(lesson, part).map((each) => createSet(lesson, part, each)));
  const definition = { ...fields, ...initial({ ...fields, weights, biases, seed }), labels: { [LESSON]: lesson.id } };
  await createOnce("networks", { network: id, ...definition });
  let { network } = await get(`networks/${id}`);
  const missing = updates - Number(network.latestUpdate);
  if (missing > 0) {
    await post(`networks/${id}:step`, { count: missing, ...(network.activeRun === "0" && { settings }) });
    network = (await get(`networks/${id}`)).network;
  }
  return { id, network, settings, start: updates, set };
}

// The name of a training set is that of a block, or the id of a set on the server, such as xor.
function setId(lesson, part, name) {
  const block = blockOf(lesson, part, "training-set", name);
  return block ? idOf(lesson, name, JSON.stringify(block.fields)) : name;
}

// Creates a set of the lesson, if it is one. Returns its id.
export async function createSet(lesson, part, name) {
  const block = blockOf(lesson, part, "training-set", name);
  const id = setId(lesson, part, name);
  if (block) await createOnce("trainingSets", { trainingSet: id, ...block.fields });
  return id;
}

// Settings with the ids of training sets in place of their names in the lesson.
export function withSets(settings, set) {
  const { validation, trainingSet, ...others } = settings;
  return {
    ...others,
    ...(trainingSet && { trainingSet: set(trainingSet) }),
    ...(validation && { validation: { ...validation, ...(validation.trainingSet && { trainingSet: set(validation.trainingSet) }) } }),
  };
}

// A learner can choose among all of them.
const setsIn = ({ blocks }, part) => [...blocks, ...part.blocks].filter(({ kind }) => kind === "training-set").map(({ name }) => name);

// The definition of initial parameters. `weights` and `biases` have a flat list for each layer.
function initial({ layerSizes, weights, biases, seed }) {
  if (!weights) return seed === undefined ? {} : { initializer: { seed } };
  const layers = weights.map((layer, index) => ({ units: layerSizes[index + 1], inputs: layerSizes[index], weights: layer, biases: biases?.[index] ?? [] }));
  return { initialParameters: layers };
}

// What exists: one listing, because a request for something that does not exist would log an error in the browser.
const known = { networks: null, trainingSets: null };

async function createOnce(path, body) {
  const name = path === "networks" ? "network" : "trainingSet";
  known[path] ??= listed(path, name).catch((error) => ((known[path] = null), Promise.reject(error)));
  const ids = await known[path];
  if (ids.has(body[name])) return;
  ids.add(body[name]);
  try {
    await post(path, body);
  } catch (error) {
    // Another tab can create it at the same time.
    if (error instanceof ApiError && error.code === CONFLICT) return;
    ids.delete(body[name]);
    throw error;
  }
}

async function listed(path, name) {
  const ids = new Set();
  let pageToken;
  do {
    const page = await get(path, { pageSize: MOST, pageToken });
    for (const each of page[path]) ids.add(each[name]);
    pageToken = page.nextPageToken;
  } while (pageToken);
  return ids;
}

// An id of up to 61 characters for what a lesson makes of a text.
function idOf(lesson, name, text) {
  return `${PREFIX}-${lesson.id}`.slice(0, 40).replace(/-$/, "") + `-${name}`.slice(0, 14) + `-${digest(text)}`;
}

// Deletes all networks of lessons on the server, and their training sets. Returns how many networks.
export async function removeAll() {
  const networks = [];
  for (const id of await listed("networks", "network")) if (OURS.test(id)) networks.push(id);
  for (const id of networks) {
    const { network } = await get(`networks/${id}`);
    if (!isOfLesson(network)) continue;
    if (network.activeRun !== "0") await post(`networks/${id}/runs/${network.activeRun}:cancel`);
    await remove(`networks/${id}`);
  }
  for (const id of await listed("trainingSets", "trainingSet")) if (OURS.test(id)) await remove(`trainingSets/${id}`);
  copies.clear();
  Object.assign(known, { networks: null, trainingSets: null });
  return networks.length;
}

function blockOf({ blocks }, part, kind, name) {
  return [...part.blocks, ...blocks].find((each) => each.kind === kind && each.name === name);
}

function blockNamed(lesson, part, kind, name) {
  const found = blockOf(lesson, part, kind, name);
  if (!found) throw new LessonError(`There is no block “${kind} ${name}”.`);
  return found;
}

// Six characters (FNV-1a): enough for the few networks of a learner.
function digest(text) {
  let hash = 0x811c9dc5;
  for (const letter of text) hash = Math.imul(hash ^ letter.codePointAt(0), 0x01000193) >>> 0;
  return hash.toString(36).padStart(6, "0").slice(-6);
}
