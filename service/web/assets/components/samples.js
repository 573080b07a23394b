// Made-up networks, runs and examples, as the service sends them.
const wave = (count, slope = 1.7, size = 1) => Float64Array.from({ length: count }, (_, index) => size * Math.sin(slope * (index + 1)));

const layersOf = (sizes) => sizes.slice(1).map((units, index) => ({ units, inputs: sizes[index], weights: wave(units * sizes[index]), biases: wave(units, 2.3, 0.5) }));

const networkOf = (network, layerSizes, activations, more) => ({
  network,
  layerSizes,
  activations,
  bias: true,
  costFunction: "COST_FUNCTION_CROSS_ENTROPY",
  parameterCount: "1",
  labels: {},
  earliestUpdate: "0",
  latestUpdate: "300",
  ...more,
});

export const BOUNDED = ["ACTIVATION_SIGMOID", "ACTIVATION_SOFTMAX"].map((activation) => ({ activation, lowerBound: 0, upperBound: 1 }));

export const SMALL = networkOf("small", [2, 3, 1], ["ACTIVATION_SIGMOID", "ACTIVATION_SIGMOID"]);
export const SMALL_LAYERS = layersOf(SMALL.layerSizes);

export const LARGE = networkOf("large", [64, 16, 10], ["ACTIVATION_RELU", "ACTIVATION_SOFTMAX"]);
export const LARGE_LAYERS = layersOf(LARGE.layerSizes);

export const IMAGE = { height: 8, width: 8, channels: 1 };
export const PIXELS = Array.from({ length: 64 }, (_, index) => Math.max(0, 1 - Math.abs(Math.hypot((index % 8) - 3.5, Math.floor(index / 8) - 3.5) - 2.5)));

const settings = { trainingSet: "xor", learningRate: 5, batchSize: 4, epochs: "300", optimizer: { kind: "OPTIMIZER_KIND_GRADIENT_DESCENT" } };

export const runOf = (state, more = {}) => ({
  run: "1",
  state: `RUN_STATE_${state}`,
  settings,
  updatesDone: "120",
  totalUpdates: "300",
  epoch: "120",
  firstUpdate: "1",
  latestUpdate: "120",
  latestCost: 0.3125,
  ...more,
});

export const EXAMPLES = [[0, 0, 0], [1, 0, 1], [0, 1, 1], [1, 1, 0]].map(([one, other, target]) => ({ inputs: [one, other], targets: [target] }));

// Ten images, and one output for each class.
export const IMAGES = Array.from({ length: 10 }, (_, index) => ({
  inputs: PIXELS.map((_, pixel) => Math.max(0, Math.sin((pixel * (index + 2)) / 9))),
  targets: Array.from({ length: 10 }, (_, output) => Number(output === index)),
}));

// Examples of ten classes as points of a plane, some of which are classified wrong.
export const POINTS = Array.from({ length: 120 }, (_, index) => {
  const trueClass = index % 10;
  const [angle, away] = [0.63 * trueClass, 2 + Math.sin(3 * index)];
  return { example: String(index % 10), x: away * Math.cos(angle), y: away * Math.sin(angle), trueClass, predictedClass: index % 17 ? trueClass : (trueClass + 1) % 10 };
});

// The first updates of a run in batches of `batchSize` of `size` examples.
export const updatesOf = (batchSize, size) =>
  Array.from({ length: 6 }, (_, index) => ({
    update: String(index + 1),
    run: "1",
    epoch: String(1 + Math.floor((batchSize * index) / size)),
    firstExample: String((batchSize * index) % size),
    exampleCount: batchSize,
    cost: 0.7371 / (index + 1),
    validation: { cost: 0.8 / (index + 1) },
  }));

// A course of costs: { xs, falling, noisy, smooth }.
const xs = Array.from({ length: 120 }, (_, index) => index * 2.5);
const falling = xs.map((x) => 0.7 / (1 + Math.exp((x - 120) / 25)) + 0.02);
export const COURSE = { xs, falling, noisy: falling.map((cost, index) => cost * (1 + 0.5 * Math.sin(17 * index))), smooth: falling };
