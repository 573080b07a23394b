// What can be done with the selected networks: fork, export, label and delete them.
import { useState } from "preact/hooks";
import { patch, post, remove } from "../shared/api.js";
import { download, exportAddress, FORMATS } from "../shared/exporting.js";
import { html } from "../shared/html.js";
import { notify } from "../shared/notices.js";
import { whole } from "../shared/number_format.js";

const NAMED = 3; // networks that are named before they are deleted

// `chosen` are the selected rows; `changed(ids)` is called after a change with those to select.
export function Actions({ chosen, changed }) {
  const [isBusy, setBusy] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const ids = chosen.map(({ network }) => network.network);
  const work = async (of, selected) => {
    setBusy(true);
    try {
      for (const row of chosen) await of(row);
    } catch (error) {
      notify(error);
    }
    setBusy(false);
    setAsking(false);
    changed(selected());
  };
  if (!chosen.length) return html`<p class="small soft actions">Select networks to draw their curves, to compare their settings, and to fork, export, label or delete them.</p>`;
  return html`
    <div class="actions" role="group" aria-label="Selected networks">
      <span class="small">${countOf(chosen)} selected</span>
      <${Fork} ...${{ chosen, isBusy, work }} />
      <${Export} chosen=${chosen} />
      <${Label} ...${{ ids, isBusy, work }} />
      ${isAsking
        ? html`<span class="asking" role="alertdialog" aria-label="Delete networks">
            Delete ${namesOf(ids)} permanently?
            <button type="button" class="bad" disabled=${isBusy} onClick=${() => work(({ network }) => remove(`networks/${network.network}`), () => [])}>Delete</button>
            <button type="button" onClick=${() => setAsking(false)}>Keep</button>
          </span>`
        : html`<button type="button" disabled=${isBusy} onClick=${() => setAsking(true)}>Delete…</button>`}
      <button type="button" class="link" onClick=${() => changed([])}>Clear the selection</button>
    </div>
  `;
}

const countOf = ({ length }) => (length === 1 ? "1 network" : `${whole(length)} networks`);

const namesOf = (ids) => (ids.length <= NAMED ? ids.join(", ") : `${ids.slice(0, NAMED).join(", ")} and ${whole(ids.length - NAMED)} more`);

// Forks continue from the latest updates; they are selected then.
function Fork({ chosen, isBusy, work }) {
  const fork = () => {
    const made = [];
    work(
      async ({ network: { network, latestUpdate } }) => {
        made.push((await post(`networks/${network}:fork`, { update: latestUpdate })).network.network);
        notify(`${made.join(", ")}: ${made.length === 1 ? `a fork of ${network} after update ${whole(latestUpdate)}. It is` : "forks of the networks that were selected. They are"} selected now.`);
      },
      () => made,
    );
  };
  return html`<button type="button" disabled=${isBusy} title="Create a copy at the latest update" onClick=${fork}>${chosen.length > 1 ? "Fork each" : "Fork"}</button>`;
}

// A link for each network: browsers ask before they save several files.
function Export({ chosen }) {
  const [format, setFormat] = useState("JSON");
  return html`
    <details class="export">
      <summary>Export</summary>
      <div class="panel">
        <label class="small">
          Format${" "}
          <select value=${format} onChange=${(event) => setFormat(event.target.value)}>
            ${FORMATS.map(([name]) => html`<option key=${name}>${name}</option>`)}
          </select>
        </label>
        <p class="small soft">${FORMATS.find(([name]) => name === format)[1]}</p>
        <ul>
          ${chosen.map(
            ({ network: { network, latestUpdate } }) =>
              html`<li key=${network}><a href=${exportAddress(network, latestUpdate, format)} download onClick=${(event) => download(event, network, latestUpdate, format)}>${network}</a></li>`,
          )}
        </ul>
      </div>
    </details>
  `;
}

// A label without a value is removed.
function Label({ ids, isBusy, work }) {
  const [text, setText] = useState("");
  const at = text.indexOf("=");
  const [name, value] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  const label = (event) => {
    event.preventDefault();
    work(
      ({ network: { network, labels, etag } }) => {
        const { [name]: _, ...others } = labels;
        return patch(`networks/${network}`, { labels: value ? { ...others, [name]: value } : others, etag });
      },
      () => ids,
    );
    setText("");
  };
  return html`
    <form onSubmit=${label}>
      <input aria-label="Label" placeholder="label=value" autocomplete="off" spellcheck=${false} value=${text} title="Without a value, the label is removed" onInput=${(event) => setText(event.target.value)} />
      <button disabled=${isBusy || at < 1}>Label</button>
    </form>
  `;
}
