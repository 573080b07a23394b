// The form that asks for a token, in place of the page, if the server requires one.
import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "./html.js";
import { forgetToken, hasToken, keepToken } from "./token.js";

export function SignIn({ problem }) {
  const [wasRefused] = useState(hasToken);
  const field = useRef(null);
  useEffect(() => field.current.focus(), []);
  const signIn = (event) => {
    event.preventDefault();
    const token = new FormData(event.target).get("token").trim();
    if (!token) return;
    keepToken(token);
    location.reload();
  };
  return html`
    <section class="start sign-in" aria-labelledby="sign-in-title">
      <h2 id="sign-in-title">Sign in</h2>
      <p>This server requires a token. Ask its operator for one. It is kept until you close this tab.</p>
      <form class="panel" onSubmit=${signIn}>
        <div class="field wide">
          <label for="token">Token</label>
          <input
            ref=${field}
            id="token"
            name="token"
            type="password"
            autocomplete="off"
            spellcheck="false"
            required
            aria-invalid=${wasRefused}
            aria-describedby=${wasRefused ? "token-problem" : undefined}
          />
          ${wasRefused && html`<p class="wrong" id="token-problem" role="alert">${problem}</p>`}
        </div>
        <button class="main">Sign in</button>
      </form>
    </section>
  `;
}

export function SignOut() {
  const signOut = () => {
    forgetToken();
    location.reload();
  };
  return hasToken() && html`<button type="button" onClick=${signOut}>Sign out</button>`;
}
