// Where to start: what the page shows while no network is chosen.
import { useLessons } from "../lessons/lessons.js";
import { Entries } from "../lessons/list.js";
import { solved } from "../lessons/progress.js";
import { searchOf } from "../shared/address.js";
import { html } from "../shared/html.js";
import { NetworkPicker } from "../shared/network_picker.js";
import { notify } from "../shared/notices.js";
import { go } from "../shared/place.js";
import { openWorkedExample } from "../shared/worked_example.js";

const FIRST = { mode: "lessons", lesson: "what-a-weight-is" };

export function Start() {
  const lessons = useLessons();
  return html`
    <section class="start" aria-labelledby="start-title">
      <h2 id="start-title">Look inside a neural network while it learns</h2>
      <p>Clearprop records every update of every weight. Choose a network, then step through its updates line by line.</p>
      <p>
        New to neural networks? Begin with${" "}
        <a href=${searchOf(FIRST)} onClick=${(event) => (event.preventDefault(), go(FIRST))}>lesson 1: what a weight is</a>.
      </p>
      <div class="starts">
        <section class="panel at-work">
          <h3>Worked example</h3>
          <p>Two inputs, five hidden units and one output, trained on XOR for six updates: small enough to follow every number.</p>
          <p class="small soft">This creates the network worked-example if it does not exist.</p>
          <button class="main" onClick=${() => openWorkedExample().catch(notify)}>Open the worked example</button>
        </section>
        <section class="panel at-work">
          <h3>New network</h3>
          <p>Choose a training set, layers and settings. Watch the cost, the predictions and the weights during training.</p>
          <button onClick=${() => go({ mode: "train" })}>Train a network</button>
        </section>
        <section class="panel">
          <h3>Existing network</h3>
          <p>See how well a network of this server has learned, what it confuses, and what its units look at.</p>
          <${NetworkPicker} label="Network" none="Choose a network" onPick=${(network) => go({ mode: "train", network })} />
        </section>
      </div>
      ${lessons?.length > 0 &&
      html`
        <h3>Lessons <span class="small soft">in about ten steps each, with questions about networks of your own</span></h3>
        <${Entries} lessons=${lessons} done=${solved()} />
      `}
    </section>
  `;
}

// The address names the worked example, which this server does not have.
export function MissingWorkedExample({ onCreated }) {
  const create = () => openWorkedExample({}).then(onCreated, notify);
  return html`
    <section class="start" aria-labelledby="start-title">
      <h2 id="start-title">This server has no worked example yet</h2>
      <p>
        The worked example is a network with two inputs, five hidden units and one output, trained on XOR for six updates. It is the
        same on every server, so this address shows the same numbers after you create it.
      </p>
      <button class="main at-work" onClick=${create}>Create the worked example</button>
    </section>
  `;
}
