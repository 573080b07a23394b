// Training sets that the service makes: points in the plane, which the form shows before they are made.
import { useLayoutEffect, useRef } from "preact/hooks";
import { useAnswer } from "../shared/answers.js";
import { post } from "../shared/api.js";
import { watchTheme } from "../shared/curve.js";
import { html } from "../shared/html.js";
import { partOf } from "../shared/interval.js";
import { drawPoints, frameOf } from "../shared/plane.js";
import { Entry } from "./fields.js";
import { GENERATED, generatorOf, GENERATORS } from "./generators.js";

const MOST_NOISE = 2; // of the slider; more hides every pattern
const STEP = 0.05;
const QUICK = 30; // ms between two previews

// The set that the fields describe, with its examples, as the service would make it; null until it is here.
export function usePreview(values, refused) {
  const key = values.data === GENERATED ? JSON.stringify(generatorOf(values)) : null;
  const { answer } = useAnswer(key, () => preview(generatorOf(values)), { gap: QUICK, refused });
  return key && answer;
}

const preview = async (generator) => (await post("trainingSets", { generator, validateOnly: true })).trainingSet;

// `shown` is from usePreview.
export function Generated({ values, wrong, change, shown }) {
  const field = { values, wrong, change };
  return html`
    <div class="generated wide">
      <div class="generators" role="radiogroup" aria-label="Generator">
        ${Object.entries(GENERATORS).map(([kind, name]) => html`<${Kind} key=${kind} kind=${kind} name=${name} isChosen=${kind === values.generator} change=${change} />`)}
      </div>
      <${Points} set=${shown} label=${shown && `${shown.exampleCount} points of ${GENERATORS[shown.generator.kind]}`} />
      <label class="noise" for="field-noise"><span>Noise</span> <span class="soft">${values.noise}</span></label>
      <input
        id="field-noise"
        type="range"
        min="0"
        max=${MOST_NOISE}
        step=${STEP}
        value=${values.noise}
        aria-describedby="wrong-noise"
        onInput=${(event) => change("noise", event.target.value)}
      />
      <span class="wrong" id="wrong-noise" role="alert">${wrong.noise}</span>
    </div>
    <${Entry} ...${field} name="points" label="Points" />
    <${Entry} ...${field} name="pointSeed" label="Seed of the points" placeholder="Automatic" />
  `;
}

const SAMPLE = { exampleCount: 120, noise: 0.1, seed: 1 };

function Kind({ kind, name, isChosen, change }) {
  const { answer } = useAnswer(kind, () => preview({ ...SAMPLE, kind }), { refused: () => {} });
  return html`
    <label class="generator">
      <input type="radio" name="generator" checked=${isChosen} onChange=${() => change("generator", kind)} />
      <${Points} set=${answer} />
      <span>${name}</span>
    </label>
  `;
}

const LARGE = 150; // pixels from which points have their full size

// The examples of a set, if it is here; without a label, what is beside it says what they are.
function Points({ set, label }) {
  const canvas = useRef(null);
  useLayoutEffect(() => {
    const draw = () => set && paint(canvas.current, set.examples);
    draw();
    return watchTheme(draw);
  }, [set]);
  return html`<canvas ref=${canvas} class="points" role=${label && "img"} aria-label=${label} aria-hidden=${label ? undefined : true} />`;
}

function paint(canvas, examples) {
  const ratio = devicePixelRatio;
  const side = Math.round(canvas.clientWidth * ratio);
  Object.assign(canvas, { width: side, height: side });
  const low = examples.some(({ targets }) => targets[0] < 0) ? -1 : 0;
  const radius = (canvas.clientWidth < LARGE ? 1.6 : 3.5) * ratio;
  drawPoints(canvas.getContext("2d"), { examples, frame: frameOf(examples), side, share: (target) => partOf(target, low, 1), radius });
}
