// The form: training set, network and settings. It creates the network and starts the run.
import { useEffect, useReducer, useRef, useState } from "preact/hooks";
import { useAnswer } from "../shared/answers.js";
import { get, post, remove } from "../shared/api.js";
import { activationKinds, costFunctionKinds, optimizerKinds, outputActivationKinds } from "../shared/functions.js";
import { html } from "../shared/html.js";
import { readNumber } from "../shared/number_input.js";
import { go } from "../shared/place.js";
import { notify } from "../shared/notices.js";
import { Warnings } from "../shared/warnings.js";
import { enumName } from "../shared/enum_names.js";
import { Choice, Entry } from "./fields.js";
import { next, START } from "./form_state.js";
import { Generated, usePreview } from "./generated.js";
import { GENERATED, generatedSet } from "./generators.js";
import { FORM_EXAMPLES } from "./form_examples.js";
import { MoreFields } from "./more/more_fields.js";
import { runFields } from "./run_fields.js";
import { CUSTOM, layerSizes, networkOf, runOf } from "./settings.js";
import { suggestedFields } from "./suggested.js";
import { TableError, tableSet } from "./table.js";
import { TableField } from "./table_field.js";

// `example` fills in the form when it is chosen.
export function Form({ network, example, setExample }) {
  const [{ values, wrong, isSending, opened, isOfRun }, happen] = useReducer(next, START);
  const [sets, refreshSets] = useTrainingSets();
  const preview = usePreview(values, (error) => happen({ kind: "refused", error }));
  const listed = sets.find(({ trainingSet }) => trainingSet === values.data);
  const details = useDetails(listed) ?? preview;
  const set = listed ?? preview;
  useSuggestion(details, values.data, happen);
  useOpened(network, happen);
  useEffect(() => {
    if (example) happen({ kind: "example", example });
  }, [example]);
  const change = (name, value) => {
    if (name === "data") setExample(null);
    happen({ kind: "changed", name, value });
  };
  const form = useFirstError(isSending);
  const send = sender({ network, values, set: listed, preview, sets, refreshSets, happen });
  const field = { values, wrong, change, sets };

  return html`
    <form ref=${form} class="form" aria-label="New training run" onSubmit=${(event) => send(event, trainNew)} novalidate>
      ${network && html`<${FormExamples} example=${example} onChoose=${setExample} />`}
      <fieldset>
        <legend>Training set and network</legend>
        <${Choice} ...${field} isWide name="data" label="Training set" options=${[GENERATED, ...sets.map(({ trainingSet }) => trainingSet), CUSTOM]} nameOf=${setName} />
        ${values.data === CUSTOM && html`<${TableField} ...${field} isSending=${isSending} keep=${keeper({ values, refreshSets, happen })} />`}
        ${values.data === GENERATED && html`<${Generated} ...${field} shown=${preview} />`}
        <${Warnings} warnings=${details?.warnings ?? []} label="Warnings about the training set" />
        <${Origin} ...${{ isOfRun, opened, preview }} isSuggested=${Boolean(details?.suggestion)} />
        <${Entry} ...${field} isWide name="hidden" label=${html`Hidden layers <span class="soft">${sizesText(values, set)}</span>`} placeholder="None" />
        <${Choice} ...${field} name="activation" label="Hidden activation" options=${activationKinds()} />
        <${Choice} ...${field} name="output" label="Output activation" options=${outputActivationKinds()} />
        <${Choice} ...${field} isWide name="cost" label="Cost function" options=${["", ...costFunctionKinds()]} nameOf=${(value) => (value ? enumName(value) : "Automatic (from the output)")} />
        <${Entry} ...${field} name="seed" label="Seed" placeholder="Automatic" />
        <${Entry} ...${field} name="name" label="Name" placeholder="Automatic" isText />
        <label class="check"
          ><input type="checkbox" checked=${values.bias} onChange=${(event) => change("bias", event.target.checked)} /> Biases</label
        >
      </fieldset>
      <fieldset>
        <legend>Training</legend>
        <${Choice} ...${field} isWide name="optimizer" label="Optimizer" options=${optimizerKinds()} />
        <${Entry} ...${field} name="rate" label="Learning rate" />
        <${Entry} ...${field} name="batch" label="Batch size" />
        <${Entry} ...${field} name="epochs" label="Epochs" />
        <${Entry} ...${field} name="shuffle" label="Shuffle seed" placeholder="No shuffling" />
      </fieldset>
      <${MoreFields} ...${field} />
      <p class="wrong" role="alert">${wrong[""]}</p>
      <div class="actions">
        <button class="main" disabled=${isSending}>Create and train</button>
        ${network &&
        html`<button type="button" disabled=${isSending} title=${`Start another run of ${network} with the training set and the settings above.`} onClick=${(event) => send(event, trainOn(network))}>
          Continue training
        </button>`}
      </div>
    </form>
  `;
}

// The ref of a form: after a refusal, the focus is at the first error, which may be out of sight.
function useFirstError(isSending) {
  const form = useRef(null);
  useEffect(() => {
    if (!isSending) form.current.querySelector('[aria-invalid="true"]')?.focus();
  }, [isSending]);
  return form;
}

// Sends the form: `start` starts the run.
const sender = ({ network, values, set, preview, sets, refreshSets, happen }) => async (event, start) => {
  event.preventDefault();
  happen({ kind: "sending" });
  try {
    const { set: trained, isNew } = await trainingSetOf(values, { set, preview, sets });
    const name = await start(values, trained).catch(async (error) => {
      if (isNew && !error.isUnavailable) await remove(`trainingSets/${trained.trainingSet}`);
      throw error;
    });
    // The table or the points are a training set now: another run uses that set.
    if (trained !== set) {
      await refreshSets();
      happen({ kind: "changed", name: "data", value: trained.trainingSet });
    }
    notify(null);
    go({ network: name, update: undefined, weight: undefined, isFilm: true });
    happen({ kind: "sent", network: name });
  } catch (error) {
    if (error.isUnavailable) {
      notify(error);
      happen({ kind: "sent" });
    } else happen({ kind: "refused", error });
  }
};

// Makes a training set of the table and chooses it: then the form has the settings that the service suggests for it.
const keeper = ({ values, refreshSets, happen }) => async () => {
  happen({ kind: "sending" });
  try {
    const { set } = await trainingSetOf(values, {});
    await refreshSets();
    happen({ kind: "changed", name: "data", value: set.trainingSet });
    happen({ kind: "sent" });
  } catch (error) {
    if (error.isUnavailable) notify(error);
    happen(error.isUnavailable ? { kind: "sent" } : { kind: "refused", error });
  }
};

function useTrainingSets() {
  const [sets, setSets] = useState([]);
  const refresh = () =>
    get("trainingSets", { pageSize: 1000 })
      .then((answer) => setSets(answer.trainingSets))
      .catch(notify);
  useEffect(() => {
    refresh();
  }, []);
  return [sets, refresh];
}

// The training set, and whether it is new: the chosen one, or one from the generator or the table.
async function trainingSetOf(values, { set, preview, sets }) {
  const { data, table, targets, comma } = values;
  if (data === GENERATED) return generatedSet(values, sets, preview);
  // The list may not be here yet, or never come.
  if (data !== CUSTOM) return { set: set ?? (await get(`trainingSets/${data}`)).trainingSet, isNew: false };
  const count = readNumber(targets);
  if (!Number.isInteger(count) || count < 1) throw Object.assign(new TableError("Enter a whole number of at least 1."), { field: "targets" });
  return { set: (await post("trainingSets", tableSet(table, count, comma))).trainingSet, isNew: true };
}

async function trainNew(values, set) {
  const { network } = (await post("networks", networkOf(values, set))).network;
  try {
    await post(`networks/${network}:train`, { settings: runOf(values, set) });
  } catch (error) {
    // The next attempt creates the network again.
    if (!error.isUnavailable) await remove(`networks/${network}`);
    throw error;
  }
  return network;
}

const trainOn = (network) => async (values, set) => {
  await post(`networks/${network}:train`, { settings: runOf(values, set) });
  return network;
};

const SETS = { and: "AND", or: "OR", xor: "XOR", [GENERATED]: "Points from a generator…", [CUSTOM]: "Custom table…" };
const setName = (id) => SETS[id] ?? id;

function sizesText(values, set) {
  return set ? layerSizes(values, set).join("-") : `inputs-${values.hidden ? `${values.hidden}-` : ""}outputs`;
}

// The chosen set with its warnings and the suggested settings, which only the response to a request for it has.
function useDetails(set) {
  const { answer } = useAnswer(set?.uid ?? null, () => get(`trainingSets/${set.trainingSet}`));
  return set && answer?.trainingSet.uid === set.uid ? answer.trainingSet : null;
}

// Fills in the form with the settings that the service suggests for a set, or for what else was chosen.
function useSuggestion(details, data, happen) {
  useEffect(() => {
    if (details?.suggestion) happen({ kind: "suggested", trainingSet: data, fields: suggestedFields(details.suggestion) });
  }, [details, data]);
}

// Fills in the form for a network that is opened, if it has a run.
function useOpened(network, happen) {
  const { key, answer } = useAnswer(network ?? null, () => networkAndRun(network), { refused: () => {} });
  useEffect(() => {
    if (answer?.run && key === network) happen({ kind: "opened", network, fields: runFields(answer.network, answer.run.settings) });
  }, [answer, network]);
}

async function networkAndRun(id) {
  const [{ network }, { runs }] = await Promise.all([get(`networks/${id}`), get(`networks/${id}/runs`, { pageSize: 1 })]);
  return { network, run: runs[0] };
}

// Where the settings of the fields are from.
function Origin({ isOfRun, opened, isSuggested, preview }) {
  if (!isOfRun && !isSuggested) return null;
  const origin = isOfRun ? `of the latest run of ${opened}` : `suggested for ${preview ? "these points" : "this training set"}`;
  return html`<p class="small soft wide">The fields below have the settings ${origin}.</p>`;
}

function FormExamples({ example, onChoose }) {
  return html`
    <div class="form-examples">
      <label
        ><span>Example</span>
        <select value=${example?.name ?? ""} onChange=${(event) => onChoose(FORM_EXAMPLES.find(({ name }) => name === event.target.value))}>
          <option value="" disabled>Choose an example…</option>
          ${FORM_EXAMPLES.map(({ name }) => html`<option key=${name} value=${name}>${name}</option>`)}
        </select>
      </label>
      <p class="small soft">${example?.see ?? "An example fills in the form below and describes what to look for."}</p>
    </div>
  `;
}
