// Train: a form to begin with, and a run to watch while it goes on.
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
          none="a new one"
          value=${place.network}
          onPick=${(network) => go({ network, update: undefined, weight: undefined }, { push: true })}
        />
        <details open=${!isNarrow() || !place.network}>
          <summary>A new training</summary>
          <${Form} network=${place.network} />
        </details>
      </aside>
      <section class="watched" aria-label="Training">
        ${place.network ? html`<${RunView} key=${place.network} place=${place} />` : html`<${Welcome} />`}
      </section>
    </div>
  `;
}

// On a phone the form makes way for what it began.
const isNarrow = () => matchMedia("(max-width: 800px)").matches;

function Welcome() {
  return html`
    <div class="welcome">
      <h2>Watch a network learn</h2>
      <p>
        The form is filled in for the classic: exclusive or, with five hidden units. Press <em>Make it and train</em>. Every one of
        its updates is kept: go back to any of them, in any browser that has the address of this page.
      </p>
      <p class="soft">Or open a network that is there already, or choose a lesson.</p>
    </div>
  `;
}
