// How the learning rate changes during the run.
import { html } from "../../shared/html.js";
import { numbersOrTexts, optionalNumber } from "../../shared/number_input.js";
import { Choice, Entry } from "../fields.js";

// The fields of each schedule.
const KINDS = {
  SCHEDULE_KIND_CONSTANT: [],
  SCHEDULE_KIND_STEP: ["period", "factor", "minimum"],
  SCHEDULE_KIND_EXPONENTIAL: ["factor", "minimum"],
  SCHEDULE_KIND_COSINE: ["period", "minimum"],
  SCHEDULE_KIND_INVERSE_TIME: ["period", "factor", "minimum"],
  SCHEDULE_KIND_PLATEAU: ["factor", "minimum", "schedulePatience", "scheduleDelta"],
  SCHEDULE_KIND_LIST: ["period", "rates"],
};

const FIELDS = {
  period: { label: "Period T", placeholder: { SCHEDULE_KIND_STEP: "Required", SCHEDULE_KIND_COSINE: "The whole run", "": "1" } },
  factor: { label: "Factor γ", placeholder: { SCHEDULE_KIND_STEP: "0.1", SCHEDULE_KIND_PLATEAU: "0.1", "": "Required" } },
  minimum: { label: "Minimum", placeholder: { "": "0" } },
  schedulePatience: { label: "Reduce after", placeholder: { "": "10" }, sent: "patience" },
  scheduleDelta: { label: "Least improvement", placeholder: { "": "0" }, sent: "minDelta" },
  rates: { label: "Rates after the first period", placeholder: { "": "0.01 0.001" }, isText: true },
};

const UNITS = { SCHEDULE_UNIT_EPOCH: "Epochs", SCHEDULE_UNIT_UPDATE: "Updates" };

export const SCHEDULE = {
  legend: "Schedule of the learning rate",
  enums: { ScheduleKind: Object.keys(KINDS), ScheduleUnit: Object.keys(UNITS) },
  defaults: { schedule: "SCHEDULE_KIND_CONSTANT", scheduleUnit: "SCHEDULE_UNIT_EPOCH", warmup: "", period: "", factor: "", minimum: "", rates: "", schedulePatience: "", scheduleDelta: "" },
  Fields: (field) => {
    const { schedule } = field.values;
    return html`
      <${Choice} ...${field} name="schedule" label="Schedule" options=${Object.keys(KINDS)} />
      <${Choice} ...${field} name="scheduleUnit" label="Time in" options=${Object.keys(UNITS)} nameOf=${(unit) => UNITS[unit]} />
      ${KINDS[schedule].map((name) => {
        const { label, placeholder, isText } = FIELDS[name];
        return html`<${Entry} key=${name} ...${field} name=${name} label=${label} placeholder=${placeholder[schedule] ?? placeholder[""]} isText=${isText} />`;
      })}
      <${Entry} ...${field} name="warmup" label="Warm-up" placeholder="None" />
    `;
  },
  settingsOf: (values) => {
    const { schedule: kind, scheduleUnit: unit } = values;
    const warmup = optionalNumber(values.warmup);
    if (kind === "SCHEDULE_KIND_CONSTANT" && warmup === undefined) return {};
    const typed = KINDS[kind].map((name) => [FIELDS[name].sent ?? name, name === "rates" ? numbersOrTexts(values.rates) : optionalNumber(values[name])]);
    return { schedule: { kind, unit, warmup, ...Object.fromEntries(typed) } };
  },
  places: [
    ...["period", "factor", "minimum", "warmup", "rates"].map((name) => [new RegExp(`^settings\\.schedule\\.${name}`), name]),
    [/^settings\.schedule\.patience/, "schedulePatience"],
    [/^settings\.schedule\.min_?delta/i, "scheduleDelta"],
    [/^settings\.schedule\.unit/, "scheduleUnit"],
    [/^settings\.schedule/, "schedule"],
  ],
};
