// Examples that the run does not train on, and when the network is measured on them.
import { html } from "../../shared/html.js";
import { optionalNumber } from "../../shared/number_input.js";
import { Choice, Entry } from "../fields.js";

const UNITS = { VALIDATION_UNIT_EPOCH: "Epochs", VALIDATION_UNIT_UPDATE: "Updates" };

export const VALIDATION = {
  legend: "Validation",
  enums: { ValidationUnit: Object.keys(UNITS) },
  defaults: { share: "", folds: "", fold: "", splitSeed: "", validationSet: "", every: "", everyUnit: "VALIDATION_UNIT_EPOCH" },
  Fields: (field) => html`
    <${Entry} ...${field} name="share" label="Held-out share" placeholder="None, or 0.2" />
    <${Entry} ...${field} name="folds" label="Or number of folds" placeholder="None, or 5" />
    <${Entry} ...${field} name="fold" label="Held-out fold" placeholder="1" />
    <${Entry} ...${field} name="splitSeed" label="Seed of the split" placeholder="0" />
    <${Choice} ...${field} isWide name="validationSet" label="Or validate on" options=${["", ...field.sets.map(({ trainingSet }) => trainingSet)]} nameOf=${(id) => id || "None"} />
    <${Entry} ...${field} name="every" label="Validate every" placeholder="1" />
    <${Choice} ...${field} name="everyUnit" label="Counted in" options=${Object.keys(UNITS)} nameOf=${(unit) => UNITS[unit]} />
  `,
  settingsOf: (values) => {
    const share = optionalNumber(values.share);
    const trainingSet = values.validationSet || undefined;
    const folds = optionalNumber(values.folds);
    if (share === undefined && folds === undefined && trainingSet === undefined) return {};
    const fold = optionalNumber(values.fold) ?? (folds === undefined ? undefined : 1);
    return { validation: { share, folds, fold, trainingSet, seed: optionalNumber(values.splitSeed), every: optionalNumber(values.every), unit: values.everyUnit } };
  },
  places: [
    [/^settings\.validation\.share/, "share"],
    [/^settings\.validation\.folds/, "folds"],
    [/^settings\.validation\.fold/, "fold"],
    [/^settings\.validation\.seed/, "splitSeed"],
    [/^settings\.validation\.training_?set/i, "validationSet"],
    [/^settings\.validation\.every/, "every"],
    [/^settings\.validation\.unit/, "everyUnit"],
    [/^settings\.validation/, "share"],
  ],
};
