// One of the networks that the service has, to be chosen.
import { useEffect, useId, useState } from "preact/hooks";
import { get } from "./api.js";
import { html } from "./html.js";
import { whole } from "./numbers.js";
import { say } from "./say.js";

const MOST = 1000; // the largest page that the service sends

// `label` is what it is for; `none` is what stands there while no network is chosen.
export function NetworkPicker({ label, value, none, onPick, except }) {
  const [{ networks, isMore }, setListed] = useState({ networks: [], isMore: false });
  const refresh = () =>
    get("networks", { pageSize: MOST })
      .then((answer) => setListed({ networks: answer.networks, isMore: answer.nextPageToken !== "" }))
      .catch(say);
  useEffect(() => {
    refresh();
  }, [value]);
  const shown = networks.filter(({ network }) => network !== except);
  const pick = (event) => onPick(event.target.value.trim() || undefined);
  const Field = isMore ? Typed : Chosen;
  return html`
    <label class="picker"
      ><span class="small soft">${label}</span>
      <${Field} ...${{ value, none, shown, pick, refresh }} />
    </label>
  `;
}

function Chosen({ value, none, shown, pick, refresh }) {
  const isListed = !value || shown.some(({ network }) => network === value);
  return html`
    <select value=${value ?? ""} onFocus=${refresh} onChange=${pick}>
      <option value="">${none}</option>
      ${!isListed && html`<option value=${value}>${value}</option>`}
      ${shown.map(
        ({ network, latestUpdate, labels }) => html`
          <option key=${network} value=${network}>${network}${network !== value && ` (${labels.scratch ?? `${whole(latestUpdate)} updates`})`}</option>
        `,
      )}
    </select>
  `;
}

// There are more networks than can be listed: an id can be typed.
function Typed({ value, none, shown, pick, refresh }) {
  const id = useId();
  return html`
    <input list=${id} value=${value ?? ""} placeholder=${`${none}, or type an id`} autocomplete="off" spellcheck="false" onFocus=${refresh} onChange=${pick} />
    <datalist id=${id}>${shown.map(({ network }) => html`<option key=${network} value=${network} />`)}</datalist>
  `;
}
