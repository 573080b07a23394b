// A table as a training set: pasted, or from a file.
import { html } from "../shared/html.js";
import { Entry } from "./fields.js";

// `keep` makes a training set of it without training a network.
export function TableField({ values, wrong, change, isSending, keep }) {
  const load = async ({ target }) => {
    const [file] = target.files;
    if (file) change("table", await file.text());
    target.value = ""; // the same file can be chosen again
  };
  return html`
    <div class="field wide">
      <label for="field-table">Table (targets in the last columns)</label>
      <textarea
        id="field-table"
        rows="5"
        spellcheck=${false}
        placeholder=${"0, 0, 1\n0, 1, 0\n1, 0, 0"}
        value=${values.table}
        aria-invalid=${Boolean(wrong.table)}
        aria-describedby="wrong-table"
        onInput=${(event) => change("table", event.target.value)}
      ></textarea>
      <span class="wrong" id="wrong-table" role="alert">${wrong.table}</span>
    </div>
    <div class="field wide">
      <label for="field-file">Or a CSV file</label>
      <input id="field-file" type="file" accept=".csv,.tsv,.txt,text/csv" onChange=${load} />
    </div>
    <${Entry} values=${values} wrong=${wrong} change=${change} name="targets" label="Target columns" />
    <label class="check"><input type="checkbox" checked=${values.comma} onChange=${(event) => change("comma", event.target.checked)} /> Decimal comma</label>
    <button type="button" class="wide" disabled=${isSending || !values.table.trim()} onClick=${keep}>Create the training set</button>
    <p class="wide small soft">Then the form is filled in with suggested settings. The last column can have names of classes, and the first line names of columns.</p>
  `;
}
