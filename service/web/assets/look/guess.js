// Predict, then reveal: what becomes of a weight is hidden until the learner has said which way it goes.
import { useState } from "preact/hooks";
import { html } from "../shared/html.js";

// Whether it is played, and what was guessed for this update.
export function useGuess(update) {
  const [isOn, setOn] = useState(localStorage.getItem("predict") === "yes");
  const [guess, setGuess] = useState(null); // { update, way }
  const way = guess?.update === update ? guess.way : undefined;
  return {
    isOn,
    way,
    isAwaited: isOn && !way,
    choose: (chosen) => setGuess({ update, way: chosen }),
    turn(on) {
      localStorage.setItem("predict", on ? "yes" : "no");
      setOn(on);
      setGuess(null);
    },
  };
}

// `step` is what the service says was taken from the weight.
export function Guess({ guess, step }) {
  const { isOn, way, turn } = guess;
  const went = step < 0 ? "up" : step > 0 ? "down" : "nowhere";
  return html`
    <label class="game"><input type="checkbox" checked=${isOn} onChange=${(event) => turn(event.target.checked)} /> Predict, then reveal</label>
    ${isOn && html`<p class="verdict" role="status">${way && (way === went ? `✓ Right: it went ${went}, as you said.` : `✗ You said ${way}, but it went ${went}.`)}</p>`}
  `;
}
