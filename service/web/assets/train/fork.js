// Forks a network at an update, and opens the fork: the form has the settings to continue with.
import { useState } from "preact/hooks";
import { post } from "../shared/api.js";
import { html } from "../shared/html.js";
import { notify } from "../shared/notices.js";
import { whole } from "../shared/number_format.js";
import { go } from "../shared/place.js";

export function Fork({ network, update }) {
  const [isBusy, setBusy] = useState(false);
  const fork = async () => {
    setBusy(true);
    try {
      const made = (await post(`networks/${network}:fork`, { update })).network.network;
      go({ network: made, update: undefined, weight: undefined, zoom: undefined });
      notify(`${made} has the weights of ${network} after update ${whole(update)}. Continue its training with other settings.`);
    } catch (error) {
      notify(error);
      setBusy(false);
    }
  };
  return html`<button type="button" class="fork at-work" disabled=${isBusy} onClick=${fork}>Fork at update ${whole(update)}</button>`;
}
