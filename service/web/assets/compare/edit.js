// An edit: one parameter gets a new value. The history that others see does not change: the preview is a
// fork, which is kept if the edit is applied and deleted if not.
import { useEffect, useReducer } from "preact/hooks";
import { useAnswer } from "../shared/answers.js";
import { html } from "../shared/html.js";
import { Num } from "../shared/number_view.js";
import { whole } from "../shared/number_format.js";
import { numberOrText } from "../shared/number_input.js";
import { keyOf, parameterOf, parametersOf, valueAt } from "../shared/parameters.js";
import { go } from "../shared/place.js";
import { notify } from "../shared/notices.js";
import { getState } from "../shared/state.js";
import { parameterName } from "../shared/unit_names.js";
import { next, START, textOf } from "./edit_state.js";
import { usePreviewFork } from "./preview_fork.js";

const LONGEST = 38; // characters
const CHOICES = 200; // parameters in the list; in larger networks, use the buttons in the table of changes

export function Edit({ side, chosen, preview, onPreview }) {
  const parameter = parameterOf(chosen);
  const value = useValue(side, parameter ? chosen : null);
  const [state, happen] = useReducer(next, START);
  const text = textOf(state, chosen, value);
  const { preview: look, apply, drop, discard } = useWork({ side, parameter, text, name: state.name, happen, onPreview });
  // Selecting another parameter discards the preview.
  useEffect(() => {
    happen({ kind: "chosen" });
    drop().catch(notify);
  }, [chosen]);
  const type = (event) => {
    happen({ kind: "typed", key: chosen, text: event.target.value });
    go({ update: side.update }); // so that a running run does not discard what is typed
    if (preview) drop().catch(notify);
  };
  return html`
    <section class="panel edit at-work" aria-label="Edit">
      <h3>Edit a weight <span class="small soft">The edit goes to a fork of update ${whole(side.update)}. ${side.name} does not change.</span></h3>
      <form onSubmit=${look} novalidate>
        <${Weight} ...${{ side, parameter, chosen }} />
        <${NewValue} ...${{ value, text, type, isWrong: Boolean(state.wrong.value) }} />
        <${ForkName} ...${{ ...state, happen }} />
        <p class="wrong" id="edit-wrong" role="alert">${Object.values(state.wrong).join(" ")}</p>
        <${Actions} ...${{ isReady: value !== undefined, isBusy: state.isBusy, preview, apply, discard }} />
        <p class="small soft" role="status">${preview ? "The column “With the edit” below shows the predictions." : "A preview does not change any network that others see."}</p>
      </form>
    </section>
  `;
}

// The value of a parameter, alone: all of them are many megabytes of a large network.
function useValue({ name, update }, chosen) {
  const { key, answer } = useAnswer(chosen, async (signal) => valueAt((await getState(name, { update }, signal)).layers, chosen));
  return key === chosen ? (answer ?? undefined) : undefined;
}

// The actions of the buttons.
function useWork({ side, parameter, text, name, happen, onPreview }) {
  const previewFork = usePreviewFork();
  const drop = async () => {
    onPreview(null);
    await previewFork.drop();
  };
  const attempt = async (work) => {
    happen({ kind: "begun" });
    try {
      await work();
      happen({ kind: "done" });
    } catch (error) {
      if (error.isUnavailable) {
        notify(error);
        happen({ kind: "done" });
      } else happen({ kind: "refused", error });
    }
  };
  const preview = (event) => {
    event.preventDefault();
    attempt(async () => {
      await drop();
      onPreview(await previewFork.make(side, { ...parameter, value: numberOrText(text) }, name.trim()));
    });
  };
  const apply = () =>
    attempt(async () => {
      const fork = await previewFork.keep(`${parameterName(side.network, parameter)} edited`);
      onPreview(null);
      go({ network: fork, update: undefined, other: side.name, base: side.update });
      notify(`The edit is stored in the fork ${fork}. ${side.name} is unchanged.`);
    });
  return { preview, apply, drop, discard: () => attempt(drop) };
}

const Weight = ({ side, parameter, chosen }) => html`
  <label class="field"
    ><span>Weight</span>
    <select value=${chosen ?? ""} onChange=${(event) => go({ weight: event.target.value || undefined })}>
      <option value="">Choose a weight…</option>
      ${optionsOf(side.network, parameter).map((each) => html`<option key=${keyOf(each)} value=${keyOf(each)}>${nameIn(side.network, each)}</option>`)}
    </select>
  </label>
`;

// Without the names of columns and classes if they are too long for the field on a phone.
function nameIn(network, parameter) {
  const name = parameterName(network, parameter);
  return name.length > LONGEST ? parameterName({ ...network, preparation: undefined }, parameter) : name;
}

const NewValue = ({ value, text, type, isWrong }) => html`
  <div class="field">
    <label for="edit-value">New value <span class="soft">Current: <${Num} value=${value} name="value" /></span></label>
    <input
      id="edit-value"
      inputmode="decimal"
      autocomplete="off"
      value=${text}
      disabled=${value === undefined}
      aria-invalid=${isWrong}
      aria-describedby="edit-wrong"
      onInput=${type}
    />
  </div>
`;

const ForkName = ({ name, wrong, happen }) => html`
  <div class="field">
    <label for="edit-name">Name of the fork</label>
    <input id="edit-name" autocomplete="off" placeholder="Automatic" value=${name} aria-invalid=${Boolean(wrong.name)} aria-describedby="edit-wrong" onInput=${(event) => happen({ kind: "named", name: event.target.value })} />
  </div>
`;

const Actions = ({ isReady, isBusy, preview, apply, discard }) => html`
  <div class="actions">
    <button class=${preview ? "" : "main"} disabled=${!isReady || isBusy}>Preview</button>
    <button type="button" class=${preview ? "main" : ""} disabled=${!preview || isBusy} onClick=${apply}>Apply and keep the fork</button>
    <button type="button" disabled=${!preview || isBusy} onClick=${discard}>Discard</button>
  </div>
`;

function optionsOf({ layerSizes, bias }, parameter) {
  const layers = layerSizes.slice(1).map((units, below) => ({ inputs: layerSizes[below], weights: { length: units * layerSizes[below] }, biases: { length: bias ? units : 0 } }));
  const all = parametersOf(layers, CHOICES);
  const isListed = !parameter || all.some((each) => keyOf(each) === keyOf(parameter));
  return isListed ? all : [parameter, ...all];
}
