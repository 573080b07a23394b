// Buttons, links, fields, notices.
import { html } from "../shared/html.js";
import { Warnings } from "../shared/warnings.js";

const field = (id, label, control, wrong = "") => html`
  <div class="field">
    <label for=${id}>${label}</label>
    ${control}
    <p class="wrong" id=${`${id}-wrong`}>${wrong}</p>
  </div>
`;

const text = (id, more) => html`<input id=${id} aria-describedby=${`${id}-wrong`} ...${more} />`;

const WARNING = { code: "SATURATED", message: "3 of 5 hidden units are saturated.", action: "Use smaller initial weights or a smaller learning rate." };
const OF_UPDATE = { code: "VALIDATION_COST_HAS_RISEN", message: "The cost of the held-out examples was lowest after update 1,234 (0.2).", action: "Fork the network at update 1,234." };

export const CONTROLS = [
  [
    "Buttons",
    html`<p class="in-row">
      <button>Button</button> <button class="main">Main</button> <button aria-pressed="true">Pressed</button> <button disabled>Disabled</button>
      <button class="main" disabled>Main, disabled</button> <button class="recording">■ Stop</button> <button class="link">Like a link</button> <a href="#link">Link</a>
    </p>`,
  ],
  ["Tabs", html`<nav class="in-row" aria-label="Sample tabs"><a class="tab" href="#chosen" aria-current="page">Chosen</a> <a class="tab" href="#other">Other</a></nav>`],
  [
    "Fields",
    html`<div class="fields">
      ${field("filled", "Filled", text("filled", { value: "0.05" }))} ${field("empty", "Empty", text("empty", { placeholder: "Automatic" }))}
      ${field("invalid", "Invalid", text("invalid", { value: "−1", "aria-invalid": true }), "The learning rate must be above 0.")}
      ${field("off", "Disabled", text("off", { value: "7", disabled: true }))}
      ${field("choice", "Choice", html`<select id="choice"><option>sigmoid</option></select>`)}
      ${field("long", "Text", html`<textarea id="long" rows="2">0,0,0</textarea>`)}
    </div>`,
  ],
  [
    "Checks and sliders",
    html`<p class="in-row">
      <label class="check small"><input type="checkbox" checked /> Checked</label> <label class="check small"><input type="checkbox" /> Not checked</label>
      <label class="small">Slider <input type="range" value="60" /></label>
    </p>`,
    "train",
  ],
  ["Progress", [0, 40, 100].map((value) => html`<progress key=${value} max="100" value=${value} aria-label=${`${value} %`}></progress><br />`), "train"],
  ["Notice", html`<p class="message">The server is available again. <button>Close</button></p>`],
  ["Notice of an error", html`<p class="message bad">The server is unavailable. The page reconnects automatically. <button>Close</button></p>`],
  ["Warnings", html`<${Warnings} warnings=${[WARNING]} label="Sample warnings" />`, "train"],
  ["Warning that leads to an update", html`<${Warnings} warnings=${[OF_UPDATE]} label="Sample warnings with updates" onUpdate=${() => {}} />`, "train"],
  ["Failure", html`<p class="failure">Update 71 would make a weight infinite or NaN. Use a smaller learning rate.</p>`, "train"],
  ["Save", html`<p class="small">Save: <button class="link">SVG</button> <button class="link">PNG</button> <button class="link">Video</button></p>`],
];
