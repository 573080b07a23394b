// The state of the form, from one event to the next: a pure function.
import { DEFAULTS, placed } from "./settings.js";

// `wrong` has the errors by the fields of the form.
export const START = { values: DEFAULTS, example: null, wrong: {}, isSending: false };

// Returns the next state. `event` has a `kind`.
export const next = (state, event) => EVENTS[event.kind](state, event);

const EVENTS = {
  changed(state, { name, value }) {
    const { [name]: _, ...wrong } = state.wrong;
    return { ...state, values: { ...state.values, [name]: value }, wrong };
  },
  example: (state, { example }) => ({ ...state, example, values: example.values, wrong: {} }),
  sending: (state) => ({ ...state, isSending: true, wrong: {} }),
  sent: (state) => ({ ...state, isSending: false }),
  refused: (state, { error }) => ({ ...state, isSending: false, wrong: placed(error) }),
};
