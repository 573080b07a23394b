// The state of the form, from one event to the next: a pure function.
import { DEFAULTS, placed } from "./settings.js";

// `wrong` has the errors by the fields of the form. `chosen` is the training set that was just chosen, for
// which the service may suggest settings.
export const START = { values: DEFAULTS, example: null, wrong: {}, isSending: false, chosen: null };

// Returns the next state. `event` has a `kind`.
export const next = (state, event) => EVENTS[event.kind](state, event);

const EVENTS = {
  changed(state, { name, value }) {
    const { [name]: _, ...wrong } = state.wrong;
    const chosen = name === "data" ? value : state.chosen;
    return { ...state, values: { ...state.values, [name]: value }, wrong, chosen };
  },
  // Once for each choice, so that later changes of the fields stay.
  suggested(state, { trainingSet, fields }) {
    if (state.chosen !== trainingSet) return state;
    return { ...state, values: { ...state.values, ...fields }, example: null, wrong: {}, chosen: null };
  },
  example: (state, { example }) => ({ ...state, example, values: example.values, wrong: {}, chosen: null }),
  sending: (state) => ({ ...state, isSending: true, wrong: {} }),
  sent: (state) => ({ ...state, isSending: false }),
  refused: (state, { error }) => ({ ...state, isSending: false, wrong: placed(error) }),
};
