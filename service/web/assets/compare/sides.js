// The two sides of a comparison: a network and an update each.
import { useState } from "preact/hooks";
import { get } from "../shared/api.js";
import { useAnswer } from "../shared/answers.js";
import { html } from "../shared/html.js";
import { NetworkPicker } from "../shared/network_picker.js";
import { Num } from "../shared/number_view.js";
import { whole } from "../shared/number_format.js";
import { go } from "../shared/place.js";
import { UPDATE_KINDS } from "../shared/update_kinds.js";

// `pictures` are shown below each side; `read` is called when somebody looks at their numbers.
export function Sides({ place, before, after, pictures, isPreview, read }) {
  const source = after.network.forkedFrom;
  const swap = () =>
    go({ network: before.name, update: before.update, other: place.other && after.name, base: after.update, weight: undefined });
  return html`
    <div class="sides" onPointerEnter=${read} onFocusIn=${read}>
      <section class="side" aria-label="Before">
        <h2>Before</h2>
        <${NetworkPicker}
          label="Network"
          none="Same network"
          except=${after.name}
          value=${place.other}
          onPick=${(other) => go({ other, base: undefined })}
        />
        <${Moment} side=${before} onPick=${(base) => go({ base })} />
        ${pictures.before}
      </section>
      <button type="button" class="swap" title="Swap the two sides" onClick=${swap}>⇄<span class="unseen"> Swap the two sides</span></button>
      <section class="side" aria-label="After">
        <h2>After${isPreview && html`<span class="small"> with the edit</span>`}</h2>
        <${NetworkPicker}
          label="Network"
          none="Choose a network"
          except=${place.other}
          value=${after.name}
          onPick=${(network) => network && go({ network, update: undefined, weight: undefined })}
        />
        <${Moment} side=${after} onPick=${(update) => go({ update })}>
          ${source &&
          source.network !== place.other &&
          html`<button type="button" class="link" onClick=${() => go({ other: source.network, base: Number(source.update) })}>
            Compare with the network it was forked from
          </button>`}
        <//>
        ${pictures.after}
      </section>
    </div>
  `;
}

// The update of one side.
function Moment({ side, onPick, children }) {
  const { name, earliest, latest, update } = side;
  const [typed, setTyped] = useState(null);
  const { answer } = useAnswer(`${name} ${update}`, () =>
    get(`networks/${name}/updates`, { startUpdate: update, endUpdate: update, maxPoints: 2, detail: "DETAIL_COST" }),
  );
  const shown = answer?.updates[0];
  const pick = (number) => onPick(Math.min(Math.max(Math.round(number), earliest), latest));
  return html`
    <div class="which-update">
      <label class="small soft"
        >Update
        <input
          type="number"
          min=${earliest}
          max=${latest}
          value=${typed ?? update}
          onInput=${(event) => setTyped(event.target.value)}
          onChange=${(event) => {
            if (event.target.value !== "") pick(Number(event.target.value));
            setTyped(null);
          }}
          onBlur=${() => setTyped(null)}
        />
      </label>
      <span class="small soft">of ${whole(latest)}</span>
      <input
        type="range"
        aria-label="Update"
        min=${earliest}
        max=${latest}
        value=${update}
        onInput=${(event) => pick(Number(event.target.value))}
      />
    </div>
    <p class="small update-facts">
      <span class="only-paper">Update ${whole(update)} of ${whole(latest)}:</span>
      <span>${shown ? UPDATE_KINDS[shown.kind] : "…"}${shown?.epoch > 0 ? `, epoch ${whole(shown.epoch)}` : ""}</span>
      ${shown?.cost !== undefined && html`<span>Cost before the update: <${Num} value=${shown.cost} name="cost" /></span>`}
      ${children}
    </p>
  `;
}
