// What Train shows of an update, and how it is loaded.
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { post } from "../shared/api.js";
import { useAnswer } from "../shared/answers.js";
import { outputsOf, rowsOf } from "../shared/columns.js";
import { fieldsOf } from "../examples/choice.js";
import { projectionOf } from "../examples/projection.js";
import { getState, isLarge, ROUNDED, updateOf } from "../shared/state.js";
import { valuesAround } from "./plane_values.js";

const QUICK = 16; // ms between two requests while a run goes on, so that others have time, too
const READABLE = 200; // ms between two evaluations: numbers that change more often cannot be read
const REST = 400; // ms; an update that is selected for longer is looked at

// { shown, measured, isChanging, load, show, read }. `shown` is { at, update, layers, around, projection }: the update, its parameters, and
// what units compute around the examples of `set`, if it `hasSurface`. `measured` are { at, outputs, all }, the measures of
// `set`, if there is one. Both belong to one update while a run goes on, which makes hundreds of thousands between two
// answers; while a chosen update changes, the measures follow as quickly as they can be read. They name up to `most`
// examples of a `choice`; `plane` is that of the projection, if there is one. Both are null until the first answer; then
// what was shown before until the next one. The parameters of a large network are rounded, until somebody wants to `read`
// them, and while the selected update `isChanging`.
// A film calls `load(update, signal)` ahead, and then `show` with what it gives; with null at its end.
export function useShown({ network, set, at, isLive, hasSurface, choice, most, plane }) {
  const [frame, show] = useState(null);
  const keyAt = (update) => `${set?.uid} ${update} ${plane?.layer} ${plane?.axesUpdate}`;
  const measuredKey = (update) => `${set?.uid} ${update} ${JSON.stringify([choice, most])}`;
  const load = async (update, signal) => ({ key: keyAt(update), answer: await loadMoving({ network, set, hasSurface, plane }, update, signal) });
  const measure = (signal) => measured(network, set, at, { ...fieldsOf(choice), pageSize: most }, signal);

  const isFrame = frame?.key === keyAt(at);
  const key = isLive ? `${keyAt(at)} ${measuredKey(at)}` : keyAt(at);
  const ask = async (signal) => {
    const [{ answer }, ofUpdate] = await Promise.all([load(at, signal), isLive && set ? measure(signal) : undefined]);
    return { ...answer, measured: ofUpdate };
  };
  const { answer } = useAnswer(network && !isFrame ? key : null, ask, isLive ? { gap: QUICK } : { gap: 0, atOnce: 2 });
  const { answer: alone } = useAnswer(network && set && !isLive ? measuredKey(at) : null, measure, { gap: READABLE });

  const latest = useRef({});
  if (isFrame) latest.current.shown = frame.answer;
  else if (answer !== latest.current.answer) latest.current.shown = answer;
  latest.current.answer = answer;
  const isChanging = !useLasting(at);
  const [isRead, setRead] = useState(false);
  const read = useCallback(() => setRead(true), []);
  const layers = useExactLayers(network, at, isRead && !isLive && !frame && !isChanging);
  const { shown: moving } = latest.current;
  const shown = useMemo(() => (moving && layers && moving.at === at ? { ...moving, layers } : moving), [moving, layers]);
  const measures = (latest.current.measures = shown?.measured ?? alone ?? latest.current.measures ?? null);
  return { shown: shown ?? null, measured: measures, isChanging, load, show, read };
}

// The exact parameters of a large network at an update that stays selected; null until they have arrived.
function useExactLayers(network, at, isWanted) {
  const key = network && isLarge(network) && isWanted ? at : null;
  const { key: known, answer } = useAnswer(key, (signal) => getState(network.network, { update: at }, signal), { isUrgent: true });
  return answer && known === at ? answer.layers : null;
}

// Whether a value is the same as some time ago.
function useLasting(value) {
  const [lasting, setLasting] = useState(null);
  useEffect(() => {
    const timer = setTimeout(() => setLasting(value), REST);
    return () => clearTimeout(timer);
  }, [value]);
  return lasting === value;
}

async function loadMoving({ network, set, hasSurface, plane }, at, signal) {
  const [{ layers, ...state }, around, projection] = await Promise.all([
    getState(network.network, { update: at, ...(isLarge(network) && ROUNDED) }, signal),
    hasSurface && valuesAround(network, set, at, signal),
    set && plane && projectionOf(network, set, at, plane, signal),
  ]);
  return { at, update: updateOf(state), layers, around, projection };
}

// { at, outputs, all }: the outputs for the examples of a set, and the evaluation on all of it, at an update.
async function measured(network, set, at, wanted, signal) {
  const path = `networks/${network.network}`;
  const rows = set.examples.map(({ inputs }) => inputs);
  const [predicted, all] = await Promise.all([
    rows.length ? post(`${path}:predict`, { update: at, ...rowsOf(network, set, rows) }, signal) : { predictions: [] },
    evaluation(path, { update: at, trainingSet: set.trainingSet }, wanted, signal),
  ]);
  return { at, outputs: outputsOf(predicted.predictions), all };
}

// All examples are named if the set has no such class: an address can have any.
async function evaluation(path, of, wanted, signal) {
  try {
    return await post(`${path}:evaluate`, { ...of, ...wanted }, signal);
  } catch (error) {
    if (!error.violations?.some(({ field }) => OF_CHOICE.includes(field))) throw error;
    const { pageSize, part, run } = wanted;
    return post(`${path}:evaluate`, { ...of, pageSize, part, run }, signal);
  }
}

const OF_CHOICE = ["true_class", "predicted_class", "wrong_only", "layer", "unit"];
