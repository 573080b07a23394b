// The page: a header, notices, and one of its modes.
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Compare } from "./compare/compare.js";
import { Look } from "./look/look.js";
import { searchOf } from "./shared/address.js";
import { useAnswer } from "./shared/answers.js";
import { get } from "./shared/api.js";
import { Lessons } from "./lessons/lessons.js";
import { describe } from "./shared/functions.js";
import { Networks } from "./networks/networks.js";
import { Held, useSame } from "./shared/held.js";
import { html } from "./shared/html.js";
import { NetworkPicker } from "./shared/network_picker.js";
import { go, usePlace } from "./shared/place.js";
import { isEmbedded, present, usePresented } from "./shared/presenting.js";
import { Notice } from "./shared/notices.js";
import { SignIn, SignOut } from "./shared/sign_in.js";
import { useTokenProblem } from "./shared/token.js";
import { hasWorkedExample, WORKED } from "./shared/worked_example.js";
import { MissingWorkedExample, Start } from "./start/start.js";
import { Train } from "./train/train.js";

const MODES = [
  ["look", "Look inside", Look],
  ["train", "Train", Train],
  ["compare", "Compare", Compare],
  ["networks", "Networks", Networks],
  ["lessons", "Lessons", Lessons],
];

// The modes that show something before a network is chosen.
const WITHOUT_NETWORK = new Set(["train", "networks", "lessons"]);

// Before the user has signed in, there is nothing to choose.
function Head({ place, isOpen }) {
  const elsewhere = useSame({ ...place, position: undefined, step: undefined }); // of no other mode
  return html`
    <header class="head">
      <h1>Clearprop</h1>
      ${isOpen && html`<${Held} of=${Modes} place=${elsewhere} />`}
      <span class="spring"></span>
      ${isOpen && place.mode === "look" && html`<${Held} of=${LookAt} network=${place.network} />`}
      ${isOpen && html`<${Held} of=${Present} />`}
      ${isOpen && html`<span class="at-work"><${SignOut} /></span>`}
      <${Held} of=${Theme} />
    </header>
  `;
}

const Modes = ({ place }) => html`
  <nav aria-label="Modes">
    ${MODES.map(
      ([mode, name]) => html`
        <a
          class="tab"
          key=${mode}
          href=${searchOf({ ...place, mode }) || "/"}
          aria-current=${place.mode === mode ? "page" : undefined}
          onClick=${(event) => {
            event.preventDefault();
            go({ mode });
          }}
          >${name}</a
        >
      `,
    )}
  </nav>
`;

// The network to look inside. The other modes have their own picker.
const LookAt = ({ network }) => html`
  <${NetworkPicker}
    label="Network"
    none="Choose a network"
    value=${network}
    onPick=${(picked) => go({ network: picked, update: undefined, position: undefined, step: undefined, weight: undefined, unit: undefined })}
  />
`;

// Full screen with large type.
function Present() {
  const isOn = usePresented();
  return html`<button type="button" class="present" title=${isOn ? "Back to the window (Esc)" : "Full screen with large type (F)"} onClick=${() => present(!isOn)}>${isOn ? "End presentation" : "Present"}</button>`;
}

// An embedded page has no header, but a way to all of the page.
const Origin = ({ place }) => html`
  <footer class="origin small soft">
    <span>${titleOf({ ...place, update: undefined })}</span>
    <a href=${searchOf({ ...place, embed: undefined }) || "/"} target="_blank" rel="noopener">Open in a window</a>
  </footer>
`;

function Theme() {
  const [theme, setTheme] = useState(localStorage.getItem("theme") ?? "system");
  useEffect(() => {
    localStorage.setItem("theme", theme);
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);
  return html`
    <label class="theme small"
      ><span class="soft">Theme </span>
      <select aria-label="Theme" value=${theme} onChange=${(event) => setTheme(event.target.value)}>
        <option value="system">System</option>
        <option value="light">Light</option>
        <option value="dark">Dark</option>
      </select>
    </label>
  `;
}

function Page() {
  const place = usePlace();
  const problem = useTokenProblem();
  const { answer: isDescribed } = useAnswer("functions", () => get("serverInfo").then(describe).then(() => true));
  useEffect(() => {
    document.title = titleOf(place);
  }, [place]);
  return html`
    ${!isEmbedded() && html`<${Head} place=${place} isOpen=${!problem} />`}
    <${Notice} />
    <main>
      ${problem ? html`<${SignIn} problem=${problem} />` : isDescribed && html`<${Content} place=${place} />`}
    </main>
    ${isEmbedded() && html`<${Origin} place=${place} />`}
  `;
}

// The mode, once there is a network for it to show. Opening the page changes nothing on the server:
// the worked example is created on request.
function Content({ place }) {
  const { network, mode } = place;
  const [looks, setLooks] = useState(0);
  const isWorked = network === WORKED && !["networks", "lessons"].includes(mode);
  const { answer: hasWorked } = useAnswer(isWorked ? looks : null, hasWorkedExample);
  const Mode = MODES.find(([each]) => each === mode)?.[2] ?? Look;
  if (!network && !WITHOUT_NETWORK.has(mode)) return html`<${Start} />`;
  if (isWorked && hasWorked === null) return null;
  if (isWorked && !hasWorked) return html`<${MissingWorkedExample} onCreated=${() => setLooks(looks + 1)} />`;
  return html`<${Mode} place=${place} />`;
}

// The title of the tab, of bookmarks and in the browser's history.
function titleOf({ mode, network, update }) {
  const [, name] = MODES.find(([each]) => each === mode) ?? MODES[0];
  const what = network && (update === undefined ? network : `${network}, update ${update}`);
  return [what, name, "Clearprop"].filter(Boolean).join(" · ");
}

render(html`<${Page} />`, document.body);
