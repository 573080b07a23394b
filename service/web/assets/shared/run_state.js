// The state of a run: a sign and a word.
import { enumName } from "./enum_names.js";
import { html } from "./html.js";

const STATES = {
  RUN_STATE_PENDING: ["…", "Pending"],
  RUN_STATE_RUNNING: ["▶", "Running"],
  RUN_STATE_PAUSED: ["❙❙", "Paused"],
  RUN_STATE_SUCCEEDED: ["✓", "Succeeded"],
  RUN_STATE_FAILED: ["✗", "Failed"],
  RUN_STATE_CANCELLED: ["■", "Cancelled"],
};

export function RunState({ state }) {
  const [sign, name] = STATES[state];
  return html`<span class=${`state ${enumName(state)}`}><span aria-hidden="true">${sign}</span> ${name}</span>`;
}
