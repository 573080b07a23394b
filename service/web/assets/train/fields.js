// Fields of the form, each with its error.
import { html } from "../shared/html.js";
import { enumName } from "../shared/enum_names.js";

export function Entry({ values, wrong, change, name, label, placeholder, isText, isWide }) {
  return html`
    <div class=${`field ${isWide ? "wide" : ""}`}>
      <label for=${`field-${name}`}>${label}</label>
      <input
        id=${`field-${name}`}
        value=${values[name]}
        placeholder=${placeholder}
        inputmode=${isText ? "text" : "decimal"}
        autocomplete="off"
        spellcheck=${false}
        aria-invalid=${Boolean(wrong[name])}
        aria-describedby=${`wrong-${name}`}
        onInput=${(event) => change(name, event.target.value)}
      />
      <span class="wrong" id=${`wrong-${name}`} role="alert">${wrong[name]}</span>
    </div>
  `;
}

export function Choice({ values, wrong, change, name, label, options, nameOf = enumName, isWide }) {
  const isThere = options.includes(values[name]);
  return html`
    <div class=${`field ${isWide ? "wide" : ""}`}>
      <label for=${`field-${name}`}>${label}</label>
      <select
        id=${`field-${name}`}
        value=${values[name]}
        aria-invalid=${Boolean(wrong[name])}
        aria-describedby=${`wrong-${name}`}
        onChange=${(event) => change(name, event.target.value)}
      >
        ${!isThere && html`<option value=${values[name]}>${nameOf(values[name])}</option>`}
        ${options.map((option) => html`<option key=${option} value=${option}>${nameOf(option)}</option>`)}
      </select>
      <span class="wrong" id=${`wrong-${name}`} role="alert">${wrong[name]}</span>
    </div>
  `;
}

export const Check = ({ values, wrong, change, name, label }) => html`
  <div class="wide">
    <label class="check"><input type="checkbox" checked=${values[name]} aria-describedby=${`wrong-${name}`} onChange=${(event) => change(name, event.target.checked)} /> ${label}</label>
    <span class="wrong" id=${`wrong-${name}`} role="alert">${wrong[name]}</span>
  </div>
`;
