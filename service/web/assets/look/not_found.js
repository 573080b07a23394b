// An update or network that cannot be shown: the reason, and what to open instead.
import { html } from "../shared/html.js";
import { NetworkPicker } from "../shared/network_picker.js";
import { whole } from "../shared/number_format.js";
import { notify } from "../shared/notices.js";
import { go } from "../shared/place.js";
import { openWorkedExample } from "../shared/worked_example.js";

const START = { update: undefined, position: undefined, step: undefined, weight: undefined, unit: undefined };

export function NotFound({ message, network, latest }) {
  const open = (id) => go({ ...START, network: id });
  return html`
    <div class="not-found">
      <p role="alert">${message}</p>
      ${latest !== undefined && html`<button onClick=${() => go({ ...START, update: latest })}>Show update ${whole(latest)}</button>`}
      <${NetworkPicker} label="Another network" none="Choose a network" value="" except=${network} onPick=${open} />
      <button onClick=${() => openWorkedExample().catch(notify)}>Open the worked example</button>
    </div>
  `;
}
