// The page: its head, one of three modes below it, and what is to be said of the service.
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Compare } from "./compare/compare.js";
import { Look } from "./look/look.js";
import { useAnswer } from "./shared/answers.js";
import { get } from "./shared/api.js";
import { describe } from "./shared/functions.js";
import { html } from "./shared/html.js";
import { NetworkPicker } from "./shared/network_picker.js";
import { go, searchOf, usePlace } from "./shared/place.js";
import { Notice } from "./shared/notices.js";
import { goToWorkedExample, haveWorkedExample, WORKED } from "./shared/worked_example.js";
import { Train } from "./train/train.js";

const MODES = [
  ["look", "Look inside", Look],
  ["train", "Train", Train],
  ["compare", "Compare", Compare],
];

function Head({ place }) {
  return html`
    <header class="head">
      <h1>Clearprop</h1>
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
                go({ mode }, { push: true });
              }}
              >${name}</a
            >
          `,
        )}
      </nav>
      <span class="spring"></span>
      ${place.mode === "look" && html`<${LookAt} place=${place} />`}
      <${Theme} />
    </header>
  `;
}

// The other modes have a place of their own for it.
const LookAt = ({ place }) => html`
  <${NetworkPicker}
    label="Network"
    none="the worked example"
    value=${place.network}
    onPick=${(network) => go({ network, update: undefined, position: undefined, step: undefined, weight: undefined }, { push: true })}
  />
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
      ><span>Theme </span>
      <select aria-label="Theme" value=${theme} onChange=${(event) => setTheme(event.target.value)}>
        <option value="system">as the system</option>
        <option value="light">light</option>
        <option value="dark">dark</option>
      </select>
    </label>
  `;
}

function Page() {
  const place = usePlace();
  const isOpen = useOpened(place);
  const { answer: isDescribed } = useAnswer("functions", () => get("serverInfo").then(describe).then(() => true));
  useEffect(() => {
    document.title = titleOf(place);
  }, [place]);
  const Mode = MODES.find(([mode]) => mode === place.mode)?.[2] ?? Look;
  return html`
    <${Head} place=${place} />
    <${Notice} />
    <main>${isOpen && isDescribed && html`<${Mode} place=${place} />`}</main>
  `;
}

// The page opens on the worked example, not on a form, and links to one of its moments lead there on
// every server: it is made where it is missing. Returns whether the mode can be shown.
function useOpened({ network, mode }) {
  const isMeant = network ? network === WORKED : mode !== "train";
  const { answer: isMade } = useAnswer(isMeant ? WORKED : null, () => haveWorkedExample().then(() => true));
  useEffect(() => {
    if (isMade && isMeant && !network) goToWorkedExample();
  }, [isMade, isMeant, network]);
  return network ? !isMeant || isMade : mode === "train";
}

// What a tab, a bookmark and the browser's history call this place.
function titleOf({ mode, network, update }) {
  const [, name] = MODES.find(([each]) => each === mode) ?? MODES[0];
  const what = network && (update === undefined ? network : `${network}, update ${update}`);
  return [what, name, "Clearprop"].filter(Boolean).join(" · ");
}

render(html`<${Page} />`, document.body);
