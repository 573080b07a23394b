// The weight trajectories of a small network in its latest run, live.
import { useMemo, useRef } from "preact/hooks";
import { useAnswer } from "../shared/answers.js";
import { Curve } from "../shared/curve.js";
import { html } from "../shared/html.js";
import { keyOf, parametersOf } from "../shared/parameters.js";
import { go } from "../shared/place.js";
import { getState } from "../shared/state.js";
import { parameterName } from "../shared/unit_names.js";

const FEWEST = 32; // points, if there are as many updates; at most twice as many

// Each layer has its own colour and its own dashes.
const STROKES = [
  ["--accent", undefined],
  ["--negative", [6, 3]],
  ["--good", [2, 2]],
];

export const Trajectories = ({ network, run, at, chosen }) => run && html`<${Drawn} key=${run.run} ...${{ network, run, at, chosen }} />`;

function Drawn({ network, run, at, chosen }) {
  const points = usePoints(network, run);
  const { xs, lines } = useMemo(() => linesOf(network, points, chosen), [points, chosen]);
  const layers = network.layerSizes.length - 1;
  return html`
    <div class="paths">
      <p class="small soft">
        Weight trajectories in run ${run.run}.${layers > 1 ? ` Layer 1: solid lines. ${layers === 2 ? "Layer 2" : "Other layers"}: dashed lines.` : ""}
      </p>
      <${Curve}
        xs=${xs}
        lines=${lines}
        at=${at}
        height=${150}
        onPick=${(update) => go({ update: Math.min(Math.max(update, 0), xs.at(-1) ?? 0) })}
        label=${`Weight trajectories from update ${xs[0] ?? 0} to ${xs.at(-1) ?? 0}. The table below has the values.`}
      />
    </div>
  `;
}

// States of the network at regular intervals of the run, and at its latest update. During the run, only
// new states are requested.
function usePoints(network, run) {
  const known = useRef(new Map());
  const [from, to] = [Math.max(Number(run.firstUpdate) - 1, Number(network.earliestUpdate)), Number(run.latestUpdate)];
  const { answer } = useAnswer(`${to}`, async () => {
    const wanted = placesIn(from, to);
    for (const update of known.current.keys()) if (!wanted.includes(update)) known.current.delete(update);
    const missing = wanted.filter((update) => !known.current.has(update));
    const states = await Promise.all(missing.map((update) => getState(network.network, { update })));
    for (const state of states) known.current.set(Number(state.update), state);
    return wanted.map((update) => known.current.get(update));
  });
  return answer ?? NONE;
}

const NONE = [];

// Intervals are powers of two, so that known points stay.
function placesIn(from, to) {
  const stride = 2 ** Math.max(Math.floor(Math.log2((to - from) / FEWEST)), 0);
  const count = Math.floor((to - from) / stride) + 1;
  const places = Array.from({ length: count }, (_, index) => from + index * stride);
  return places.at(-1) === to ? places : [...places, to];
}

function linesOf(network, points, chosen) {
  const xs = points.map(({ update }) => Number(update));
  const values = points.map(({ layers }) => parametersOf(layers));
  const lines = (values[0] ?? []).map((parameter, index) => {
    const [stroke, dash] = STROKES[(parameter.layer - 1) % STROKES.length];
    const isChosen = keyOf(parameter) === chosen;
    const ys = values.map((of) => of[index].value);
    return { name: parameterName(network, parameter), ys, dash, stroke: isChosen ? "--now" : stroke, width: isChosen ? 3 : 1.5 };
  });
  return { xs, lines };
}
