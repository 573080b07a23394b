// The state of the form, from one event to the next: a pure function.
import { GENERATED } from "./generators.js";
import { DEFAULTS, placed } from "./settings.js";

// `wrong` has the errors by the fields of the form. `chosen` is the training set that was just chosen, for
// which the service may suggest settings; a generator is chosen like a set. `opened` is the network that the form was filled in for, or that it
// created; `isOfRun` whether it still has the training set of that network's run; `isChanged` whether someone
// changed it since.
export const START = { values: DEFAULTS, wrong: {}, isSending: false, chosen: null, opened: null, isOfRun: false, isChanged: false };

// Returns the next state. `event` has a `kind`.
export const next = (state, event) => EVENTS[event.kind](state, event);

const EVENTS = {
  changed(state, { name, value }) {
    const { [name]: _, ...wrong } = state.wrong;
    const isData = name === "data";
    return { ...state, values: { ...state.values, [name]: value }, wrong, chosen: isData ? value : name === "generator" ? GENERATED : state.chosen, isOfRun: state.isOfRun && !isData, isChanged: true };
  },
  // Once for each choice, so that later changes of the fields stay.
  suggested(state, { trainingSet, fields }) {
    if (state.chosen !== trainingSet) return state;
    return { ...state, values: { ...state.values, ...fields }, wrong: {}, chosen: null };
  },
  // What someone has changed stays.
  opened(state, { network, fields }) {
    if (state.isChanged || state.opened === network) return state;
    return { ...state, values: { ...state.values, ...fields }, wrong: {}, chosen: null, opened: network, isOfRun: true };
  },
  example: (state, { example }) => ({ ...state, values: example.values, wrong: {}, chosen: null, isOfRun: false, isChanged: true }),
  sending: (state) => ({ ...state, isSending: true, wrong: {} }),
  // `network` was trained with these fields; absent if the service was unavailable.
  sent: (state, { network }) => ({ ...state, isSending: false, ...(network && { opened: network, isChanged: false }) }),
  refused: (state, { error }) => ({ ...state, isSending: false, wrong: placed(error) }),
};
