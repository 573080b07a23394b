// The ways that the weights of a small network take through its latest run, live.
import { useEffect, useMemo, useState } from "preact/hooks";
import { follow } from "../shared/api.js";
import { Curve } from "../shared/curve.js";
import { html } from "../shared/html.js";
import { parametersOf } from "../shared/parameters.js";
import { go } from "../shared/place.js";
import { parameterName } from "../shared/unit_names.js";

const MOST = 60; // parameters: more lines cannot be told apart
const POINTS = 200;
const GAP = 250; // ms between two drawings

// Each layer has its own colour and its own dashes.
const STROKES = [
  ["--accent", undefined],
  ["--negative", [6, 3]],
  ["--good", [2, 2]],
];

export function Paths({ network, run, at }) {
  const isSmall = Number(network.parameterCount) <= MOST;
  return isSmall && run ? html`<${Drawn} key=${run.run} network=${network} run=${run} at=${at} />` : null;
}

function Drawn({ network, run, at }) {
  const points = usePoints(network, run);
  const { xs, lines } = useMemo(() => linesOf(network, points), [points]);
  const layers = network.layerSizes.length - 1;
  return html`
    <div class="paths">
      <p class="small soft">
        Their ways through run ${run.run}${layers > 1 ? `: layer 1 solid${layers === 2 ? ", layer 2 dashed" : ", the others dashed"}` : ""}
      </p>
      <${Curve}
        xs=${xs}
        lines=${lines}
        at=${at}
        height=${150}
        onPick=${(update) => go({ update: Math.min(Math.max(update, 0), xs.at(-1) ?? 0) })}
        label=${`The weights from update ${xs[0] ?? 0} to ${xs.at(-1) ?? 0}; the table above has their values.`}
      />
    </div>
  `;
}

// The stride follows from the length of the run, so that it is as many points for any.
function usePoints(network, run) {
  const [points, setPoints] = useState([]);
  useEffect(() => {
    const gathered = [];
    let timer = null;
    const draw = () => {
      timer = null;
      setPoints([...gathered]);
    };
    const end = follow(
      network.network,
      {
        uid: network.uid,
        startUpdate: Math.max(Number(run.firstUpdate) - 1, Number(network.earliestUpdate)),
        stride: Math.max(1, Math.ceil(Number(run.totalUpdates) / POINTS)),
        detail: "DETAIL_PARAMETERS",
        untilRun: run.run,
      },
      {
        updates: (updates) => {
          gathered.push(...updates);
          timer ??= setTimeout(draw, GAP);
        },
      },
    );
    return () => {
      end();
      clearTimeout(timer);
    };
  }, [network.uid, run.run]);
  return points;
}

function linesOf(network, points) {
  const xs = points.map(({ update }) => Number(update));
  const values = points.map(({ layers }) => parametersOf(layers));
  const lines = (values[0] ?? []).map((parameter, index) => {
    const [stroke, dash] = STROKES[(parameter.layer - 1) % STROKES.length];
    return { name: parameterName(network, parameter), ys: values.map((of) => of[index].value), stroke, dash };
  });
  return { xs, lines };
}
