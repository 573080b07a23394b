// What the form holds, from one event to the next: a pure function.
import { DEFAULTS, placed } from "./settings.js";

// `wrong` is what is not accepted, by the fields of the form.
export const START = { values: DEFAULTS, lesson: null, wrong: {}, isSending: false };

// Returns the next state. `event` has a `kind`.
export const next = (state, event) => EVENTS[event.kind](state, event);

const EVENTS = {
  changed(state, { name, value }) {
    const { [name]: _, ...wrong } = state.wrong;
    return { ...state, values: { ...state.values, [name]: value }, wrong };
  },
  lesson: (state, { lesson }) => ({ ...state, lesson, values: lesson.values, wrong: {} }),
  sending: (state) => ({ ...state, isSending: true, wrong: {} }),
  sent: (state) => ({ ...state, isSending: false }),
  refused: (state, { error }) => ({ ...state, isSending: false, wrong: placed(error) }),
};
