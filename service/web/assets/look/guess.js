// Predict, then reveal: the new value of a weight is hidden until the learner predicts its direction.
import { useState } from "preact/hooks";
import { html } from "../shared/html.js";

// Whether this is on, and the prediction for this update.
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

// `step` is what the update subtracted from the weight.
export function Guess({ guess, step }) {
  const { isOn, way, turn } = guess;
  const went = step < 0 ? "up" : step > 0 ? "down" : null;
  return html`
    <label class="game"><input type="checkbox" checked=${isOn} onChange=${(event) => turn(event.target.checked)} /> Predict, then reveal</label>
    ${isOn && html`<p class="verdict" role="status">${way && verdictOf(way, went)}</p>`}
  `;
}

function verdictOf(way, went) {
  if (way === went) return `✓ Correct: the weight went ${went}.`;
  return `✗ You predicted ${way}, but the weight ${went ? `went ${went}` : "did not change"}.`;
}
