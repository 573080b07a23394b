// A list of the networks on the server, to choose one.
import { useId, useState } from "preact/hooks";
import { useAnswer } from "./answers.js";
import { get } from "./api.js";
import { html } from "./html.js";
import { isOfLesson } from "./lesson_networks.js";
import { whole } from "./number_format.js";
import { TextField } from "./text_field.js";

const MOST = 1000; // the largest page that the service sends
const NONE = { networks: [], nextPageToken: "" };

// `none` is the text of the field while no network is chosen.
export function NetworkPicker({ label, value, none, onPick, except }) {
  const [looks, setLooks] = useState(0);
  const { answer } = useAnswer(`${value} ${looks}`, (signal) => get("networks", { pageSize: MOST }, signal));
  const { networks, nextPageToken } = answer ?? NONE;
  const refresh = () => setLooks(looks + 1);
  const shown = networks.filter(({ network }) => network !== except);
  const pick = (text) => onPick(text || undefined);
  const Field = nextPageToken ? Typed : Chosen;
  return html`
    <label class="picker"
      ><span class="small soft">${label}</span>
      <${Field} ...${{ value, none, shown, pick, refresh }} />
    </label>
  `;
}

function Chosen({ value, none, shown, pick, refresh }) {
  const isListed = !value || shown.some(({ network }) => network === value);
  const ofLessons = shown.filter(isOfLesson);
  const option = ({ network, latestUpdate, labels }) => html`
    <option key=${network} value=${network}>${network}${network !== value && ` (${labels.preview ?? `${whole(latestUpdate)} updates`})`}</option>
  `;
  return html`
    <select value=${value ?? ""} onFocus=${refresh} onChange=${(event) => pick(event.target.value)}>
      <option value="">${none}</option>
      ${!isListed && html`<option value=${value}>${value}</option>`}
      ${shown.filter((network) => !isOfLesson(network)).map(option)}
      ${ofLessons.length > 0 && html`<optgroup label="Networks of lessons">${ofLessons.map(option)}</optgroup>`}
    </select>
  `;
}

// There are more networks than the list holds: people can type an id.
function Typed({ value, none, shown, pick, refresh }) {
  const id = useId();
  return html`
    <${TextField} list=${id} value=${value ?? ""} placeholder=${`${none} or type its id`} onFocus=${refresh} committed=${pick} />
    <datalist id=${id}>${shown.map(({ network }) => html`<option key=${network} value=${network} />`)}</datalist>
  `;
}
