// The form that asks for a token, in place of the page, if the server requires one.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { html } from "./html.js";
import { forgetToken, hasToken, keepToken } from "./token.js";

export function SignIn({ problem }) {
  const [wasRefused] = useState(hasToken);
  const section = useRef(null);
  useEffect(() => section.current.querySelector("input").focus(), []);
  const signIn = (token) => {
    keepToken(token);
    location.reload();
  };
  return html`
    <section class="start sign-in" aria-labelledby="sign-in-title" ref=${section}>
      <h2 id="sign-in-title">Sign in</h2>
      <p>This server requires a token. Ask its operator for one. It is kept until you close this tab.</p>
      <${TokenForm} problem=${wasRefused && problem} onToken=${signIn} />
    </section>
  `;
}

// `problem` is why the token before it was refused, if one was.
export function TokenForm({ problem, onToken }) {
  const id = useId();
  const submit = (event) => {
    event.preventDefault();
    const token = new FormData(event.target).get("token").trim();
    if (token) onToken(token);
  };
  return html`
    <form class="panel" onSubmit=${submit}>
      <div class="field wide">
        <label for=${id}>Token</label>
        <input
          id=${id}
          name="token"
          type="password"
          autocomplete="off"
          spellcheck="false"
          required
          aria-invalid=${Boolean(problem)}
          aria-describedby=${problem ? `${id}-problem` : undefined}
        />
        ${problem && html`<p class="wrong" id=${`${id}-problem`} role="alert">${problem}</p>`}
      </div>
      <button class="main">Sign in</button>
    </form>
  `;
}

export function SignOut() {
  const signOut = () => {
    forgetToken();
    location.reload();
  };
  return hasToken() && html`<button type="button" onClick=${signOut}>Sign out</button>`;
}
