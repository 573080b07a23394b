// What happens to a batch at the end of an epoch.
import { html } from "../../shared/html.js";
import { Choice } from "../fields.js";

const MODES = {
  BATCH_MODE_CROSS_EPOCHS: "Continue with the next epoch",
  BATCH_MODE_END_WITH_EPOCH: "Use a smaller last batch",
  BATCH_MODE_DROP_LAST: "Leave out the rest",
};

export const BATCHES = {
  legend: "Batches",
  enums: { BatchMode: Object.keys(MODES) },
  defaults: { batchMode: "BATCH_MODE_CROSS_EPOCHS" },
  Fields: (field) => html`<${Choice} ...${field} isWide name="batchMode" label="At the end of an epoch" options=${Object.keys(MODES)} nameOf=${(mode) => MODES[mode]} />`,
  settingsOf: ({ batchMode }) => ({ batchMode }),
  places: [[/^settings\.batch_?mode/i, "batchMode"]],
};
