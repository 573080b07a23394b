// The state of an edit, from one event to the next: a pure function.
import { sentence } from "../shared/sentence.js";

// `typed` is the text of the new value and the key of the parameter that it was typed for; `wrong` has
// the errors by the fields of the form.
export const START = { typed: null, name: "", wrong: {}, isBusy: false };

// Returns the next state. `event` has a `kind`.
export const next = (state, event) => EVENTS[event.kind](state, event);

const EVENTS = {
  chosen: (state) => ({ ...state, wrong: {} }),
  typed: (state, { key, text }) => ({ ...state, typed: { key, text } }),
  named: (state, { name }) => ({ ...state, name }),
  begun: (state) => ({ ...state, isBusy: true, wrong: {} }),
  done: (state) => ({ ...state, isBusy: false }),
  refused: (state, { error }) => ({ ...state, isBusy: false, wrong: placed(error) }),
};

// The text of the field for the new value: what was typed for this parameter, or its value.
export const textOf = ({ typed }, key, value) => (typed && typed.key === key ? typed.text : String(value ?? ""));

function placed({ violations, reason, message }) {
  const wrong = {};
  for (const { field, description } of violations ?? []) wrong[field.startsWith("weights") ? "value" : "name"] = sentence(description);
  if (reason === "NETWORK_EXISTS") wrong.name = message;
  return Object.keys(wrong).length ? wrong : { "": message };
}
