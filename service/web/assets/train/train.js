// Train: a form to start a run, and the run while it makes progress.
import { useState } from "preact/hooks";
import { html } from "../shared/html.js";
import { NetworkPicker } from "../shared/network_picker.js";
import { go } from "../shared/place.js";
import { Form } from "./form.js";
import { FORM_EXAMPLES } from "./form_examples.js";
import { RunView } from "./run_view.js";

export function Train({ place }) {
  const [example, setExample] = useState(null);
  return html`
    <div class="train">
      <aside class="at-work">
        <${NetworkPicker}
          label="Network"
          none="New network"
          value=${place.network}
          onPick=${(network) => go({ network, update: undefined, weight: undefined })}
        />
        <details open=${!isNarrow() || !place.network}>
          <summary>New training run</summary>
          <${Form} network=${place.network} example=${example} setExample=${setExample} />
        </details>
      </aside>
      <section class="watched" aria-label="Training">
        ${place.network ? html`<${RunView} key=${place.network} place=${place} />` : html`<${Welcome} example=${example} onChoose=${setExample} />`}
      </section>
    </div>
  `;
}

// On a phone the form is collapsed once there is a run to show.
const isNarrow = () => matchMedia("(max-width: 800px)").matches;

// On a phone, the form with the example and its button are above the examples.
const showForm = () => document.querySelector(".form .main").scrollIntoView({ block: "nearest" });

function Welcome({ example, onChoose }) {
  return html`
    <div class="welcome">
      <h2>Watch a network learn</h2>
      <p>
        Press <em>Create and train</em> to train the network of the form: ${example ? `that of the example “${example.name}”` : "XOR with five hidden units, unless you change it"}.
        The run is then played as a film. Every update is stored: you can return to any of them, and share the address of this
        page to show it to others.
      </p>
      <h3>Or choose an example</h3>
      <div class="cards">
        ${FORM_EXAMPLES.map(
          (each) => html`
            <button type="button" key=${each.name} class="card" aria-pressed=${each === example} onClick=${() => (onChoose(each), showForm())}>
              <strong>${each.name}</strong>
              <span class="small soft">${each.see}</span>
            </button>
          `,
        )}
      </div>
    </div>
  `;
}
