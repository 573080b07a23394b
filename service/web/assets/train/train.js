// Train: a form to start a run, and the run while it makes progress.
import { html } from "../shared/html.js";
import { NetworkPicker } from "../shared/network_picker.js";
import { go } from "../shared/place.js";
import { Form } from "./form.js";
import { RunView } from "./run_view.js";

export function Train({ place }) {
  return html`
    <div class="train">
      <aside>
        <${NetworkPicker}
          label="Network"
          none="New network"
          value=${place.network}
          onPick=${(network) => go({ network, update: undefined, weight: undefined }, { push: true })}
        />
        <details open=${!isNarrow() || !place.network}>
          <summary>New training run</summary>
          <${Form} network=${place.network} />
        </details>
      </aside>
      <section class="watched" aria-label="Training">
        ${place.network ? html`<${RunView} key=${place.network} place=${place} />` : html`<${Welcome} />`}
      </section>
    </div>
  `;
}

// On a phone the form is collapsed once there is a run to show.
const isNarrow = () => matchMedia("(max-width: 800px)").matches;

function Welcome() {
  return html`
    <div class="welcome">
      <h2>Watch a network learn</h2>
      <p>
        The form is filled in for XOR with five hidden units. Press <em>Create and train</em>. Every update is stored: you can
        return to any of them, and share the address of this page to show it to others.
      </p>
      <p class="soft">Or choose an example, or open an existing network.</p>
    </div>
  `;
}
