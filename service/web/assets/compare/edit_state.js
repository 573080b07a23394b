// What is known of an edit, from one event to the next: a pure function.

// `typed` is the text of the new value, and the key of the weight that it was typed for; `wrong` what
// the service does not accept, by the fields of the form.
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

// What the field of the new value holds: what was typed for this weight, or its value.
export const textOf = ({ typed }, key, value) => (typed && typed.key === key ? typed.text : String(value ?? ""));

function placed({ violations, reason, message }) {
  const wrong = {};
  for (const { field, description } of violations ?? []) wrong[field.startsWith("weights") ? "value" : "name"] = description;
  if (reason === "NETWORK_EXISTS") wrong.name = message;
  return Object.keys(wrong).length ? wrong : { "": message };
}
