// Opens one of the networks that the service has.
import { useEffect, useState } from "preact/hooks";
import { get } from "./api.js";
import { html } from "./html.js";
import { whole } from "./numbers.js";
import { say } from "./say.js";

const MOST = 1000; // the largest page that the service sends

// `label` is what it is for; `none` is what stands there while no network is chosen.
export function NetworkPicker({ label, value, none, onPick, except }) {
  const [networks, setNetworks] = useState([]);
  const refresh = () =>
    get("networks", { pageSize: MOST })
      .then((answer) => setNetworks(answer.networks))
      .catch(say);
  useEffect(() => {
    refresh();
  }, [value]);
  const shown = networks.filter(({ network }) => network !== except);
  const isListed = !value || shown.some(({ network }) => network === value);
  return html`
    <label class="picker"
      ><span class="small soft">${label}</span>
      <select value=${value ?? ""} onFocus=${refresh} onChange=${(event) => onPick(event.target.value || undefined)}>
        <option value="">${none}</option>
        ${!isListed && html`<option value=${value}>${value}</option>`}
        ${shown.map(
          ({ network, latestUpdate, labels }) => html`
            <option key=${network} value=${network}>${network}${network !== value && ` (${labels.scratch ?? `${whole(latestUpdate)} updates`})`}</option>
          `,
        )}
      </select>
    </label>
  `;
}
