// What is to be said of the service, in one line below the head of the page: that it is away, that it
// refuses something, that a run goes on. A message stays until another one comes or it is closed.
import { useEffect, useState } from "preact/hooks";
import { html } from "./html.js";

const listeners = new Set();

// Says an error, or a text; nothing takes the last message away.
export function notify(what) {
  const message = what instanceof Error ? { text: what.message, bad: true } : { text: what, bad: false };
  for (const listener of listeners) listener(what ? message : null);
}

let isAway = false;

// Said once, whoever notices it first.
export function notifyAway() {
  if (!isAway) notify(new Error("The service is away. The page goes on by itself when it is back."));
  isAway = true;
}

export function notifyBack() {
  if (isAway) notify("The service is back.");
  isAway = false;
}

export function Notice() {
  const [message, setMessage] = useState(null);
  useEffect(() => {
    listeners.add(setMessage);
    return () => listeners.delete(setMessage);
  }, []);
  return html`
    <div role="status">
      ${message &&
      html`<p class=${`message ${message.bad ? "bad" : ""}`}>
        ${message.text}${" "}
        <button onClick=${() => setMessage(null)}>Close</button>
      </p>`}
    </div>
  `;
}
