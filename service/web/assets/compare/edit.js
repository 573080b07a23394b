// An edit: one weight gets a value of one's own. Never on history that others share: a fork is made
// to look at what the value would do; it is kept when the edit is applied, and deleted when not.
import { useEffect, useRef, useState } from "preact/hooks";
import { get, patch, post, remove } from "../shared/api.js";
import { useAnswer } from "../shared/answers.js";
import { html } from "../shared/html.js";
import { Num } from "../shared/number.js";
import { whole } from "../shared/numbers.js";
import { keyOf, parameterOf, parametersOf, valueOf } from "../shared/parameters.js";
import { go } from "../shared/place.js";
import { say } from "../shared/say.js";
import { parameterName } from "../shared/unit_names.js";

const CHOICES = 500; // weights that are listed to choose from; of larger networks those that changed have a button

export function Edit({ side, chosen, preview, onPreview }) {
  const { answer } = useAnswer("state", () => get(`networks/${side.name}/state`, { update: side.update }));
  const layers = answer?.state.layers ?? [];
  const parameter = parameterOf(chosen);
  const value = parameter ? valueOf(layers, parameter) : undefined;
  const [typed, setTyped] = useState({});
  const [name, setName] = useState("");
  const [wrong, setWrong] = useState({});
  const text = typed.key === chosen ? typed.text : String(value ?? "");
  const [isBusy, setBusy] = useState(false);
  const scratch = useScratch();

  const drop = async () => {
    onPreview(null);
    await scratch.drop();
  };
  // Another weight is another edit.
  useEffect(() => {
    setWrong({});
    drop().catch(say);
  }, [chosen]);

  const attempt = async (work) => {
    setBusy(true);
    setWrong({});
    try {
      await work();
    } catch (error) {
      if (error.isAway) say(error);
      else setWrong(placed(error));
    } finally {
      setBusy(false);
    }
  };
  const look = (event) => {
    event.preventDefault();
    attempt(async () => {
      await drop();
      onPreview(await scratch.make(side, { ...parameter, value: numberOf(text) }, name.trim()));
    });
  };
  const apply = () =>
    attempt(async () => {
      const fork = await scratch.keep(`${parameterName(side.network, parameter)} edited`);
      onPreview(null);
      go({ network: fork, update: undefined, other: side.name, base: side.update }, { push: true });
      say(`The edit is on the fork ${fork}. ${side.name} is as it was.`);
    });

  return html`
    <section class="panel edit" aria-label="Edit">
      <h3>Edit a weight <span class="small soft">on a fork of update ${whole(side.update)}; ${side.name} stays as it is</span></h3>
      <form onSubmit=${look} novalidate>
        <label class="field"
          ><span>Weight</span>
          <select value=${chosen ?? ""} onChange=${(event) => go({ weight: event.target.value || undefined })}>
            <option value="">choose one …</option>
            ${optionsOf(layers, parameter).map((each) => html`<option key=${keyOf(each)} value=${keyOf(each)}>${parameterName(side.network, each)}</option>`)}
          </select>
        </label>
        <div class="field">
          <label for="edit-value">New value <span class="soft">now <${Num} value=${value} name="value" /></span></label>
          <input
            id="edit-value"
            inputmode="decimal"
            autocomplete="off"
            value=${text}
            disabled=${value === undefined}
            aria-invalid=${Boolean(wrong.value)}
            aria-describedby="edit-wrong"
            onInput=${(event) => {
              setTyped({ key: chosen, text: event.target.value });
              go({ update: side.update }); // a run that goes on must not take what is typed away
              if (preview) drop().catch(say);
            }}
          />
        </div>
        <div class="field">
          <label for="edit-name">Name of the fork</label>
          <input id="edit-name" autocomplete="off" placeholder="a new one" value=${name} aria-invalid=${Boolean(wrong.name)} aria-describedby="edit-wrong" onInput=${(event) => setName(event.target.value)} />
        </div>
        <p class="wrong" id="edit-wrong" role="alert">${Object.values(wrong).join(" ")}</p>
        <div class="actions">
          <button class=${preview ? "" : "main"} disabled=${value === undefined || isBusy}>Preview</button>
          <button type="button" class=${preview ? "main" : ""} disabled=${!preview || isBusy} onClick=${apply}>Apply: keep the fork</button>
          <button type="button" disabled=${!preview || isBusy} onClick=${() => attempt(drop)}>Discard</button>
        </div>
        <p class="small soft" role="status">${preview ? "Below, in the column “with the edit”: what it would answer." : "A preview changes nothing that anyone else looks at."}</p>
      </form>
    </section>
  `;
}

const numberOf = (text) => (text.trim() !== "" && !Number.isNaN(Number(text)) ? Number(text) : text.trim());

function optionsOf(layers, parameter) {
  const all = parametersOf(layers).slice(0, CHOICES);
  const isListed = !parameter || all.some((each) => keyOf(each) === keyOf(parameter));
  return isListed ? all : [parameter, ...all];
}

function placed(error) {
  const wrong = {};
  for (const { field, description } of error.violations ?? []) wrong[field.startsWith("weights") ? "value" : "name"] = description;
  if (error.reason === "NETWORK_EXISTS") wrong.name = error.message;
  return Object.keys(wrong).length ? wrong : { "": error.message };
}

// A fork that is there while an edit is looked at, and not longer.
function useScratch() {
  const scratch = useRef(null);
  scratch.current ??= newScratch();
  useEffect(() => {
    const leave = () => scratch.current.leave();
    addEventListener("pagehide", leave);
    return () => {
      removeEventListener("pagehide", leave);
      leave();
    };
  }, []);
  return scratch.current;
}

function newScratch() {
  let fork = null;
  const take = () => {
    const taken = fork;
    fork = null;
    return taken;
  };
  return {
    async make({ name, update }, weight, newNetwork) {
      const { network } = await post(`networks/${name}:fork`, { update, newNetwork, labels: { scratch: "a preview" } });
      fork = network.network;
      try {
        await post(`networks/${fork}:setWeights`, { weights: [weight] });
      } catch (error) {
        await remove(`networks/${take()}`);
        throw error;
      }
      return { name: fork, update: 1, network };
    },
    async keep(edit) {
      const kept = take();
      await patch(`networks/${kept}`, { labels: { edit } });
      return kept;
    },
    async drop() {
      const dropped = take();
      if (dropped) await remove(`networks/${dropped}`);
    },
    // A page that is left cannot wait for an answer.
    leave() {
      const left = take();
      if (left) fetch(`/v1/networks/${left}`, { method: "DELETE", keepalive: true }).catch(() => {});
    },
  };
}
