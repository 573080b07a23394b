// Notices in one line below the header: that the server is unavailable, an error, a result. A notice stays
// until the next one, or until it is closed.
import { useEffect, useState } from "preact/hooks";
import { html } from "./html.js";

const listeners = new Set();

// Shows an error or a text; null removes the notice. If the server requires a token, the page asks for it
// instead of a notice.
export function notify(what) {
  if (what?.status === "UNAUTHENTICATED") return;
  const message = what instanceof Error ? { text: what.message, bad: true } : { text: what, bad: false };
  for (const listener of listeners) listener(what ? message : null);
}

let unavailableSince = null;

// Shown once, although several parts of the page can detect it.
export function notifyUnavailable() {
  if (unavailableSince === null) notify(new Error("The server is unavailable. The page reconnects automatically."));
  unavailableSince = performance.now();
}

// `asked` is when the request that was answered began: one before the failure says nothing about the time after it.
export function notifyAvailable(asked = performance.now()) {
  if (unavailableSince === null || asked < unavailableSince) return;
  notify("The server is available again.");
  unavailableSince = null;
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
