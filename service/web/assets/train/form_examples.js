// Examples for the form: each fills it in, and describes what to look for.
import { GENERATED } from "./generators.js";
import { DEFAULTS } from "./settings.js";

const example = (name, see, changes) => ({ name, see, values: { ...DEFAULTS, ...changes } });

export const FORM_EXAMPLES = [
  example("XOR is learned", "The cost stays nearly flat at first, then falls as the hidden units start to differ.", {}),
  example(
    "Batches of 2 get stuck",
    "Each batch holds one target 0 and one target 1, and the network outputs ½: the cost stays at ln 2 = 0.693. Shuffle, or use batches of 4.",
    { batch: "2" },
  ),
  example("Shuffling helps", "Batches of 2 again, but each epoch has a new order: the steps no longer cancel out.", {
    batch: "2",
    shuffle: "1",
  }),
  example("XOR without a hidden layer", "One straight line cannot separate these four points, however long the training.", {
    hidden: "",
    bias: true,
  }),
  example("AND needs no hidden layer", "One unit with a bias separates the points by a straight line, which is enough for AND.", {
    data: "and",
    hidden: "",
    bias: true,
    epochs: "2000",
  }),
  example("Learning rate too high", "Each step overshoots the minimum by more than the last one. The run ends before a weight becomes infinite. Use the logarithmic scale for the cost.", {
    data: "or",
    hidden: "",
    output: "ACTIVATION_IDENTITY",
    rate: "30",
  }),
  example("A spiral", "The arms are apart only where the network bends the plane. Watch the surfaces of its units: lines first, then curves made of them.", {
    data: GENERATED,
    generator: "GENERATOR_KIND_SPIRAL",
    hidden: "8-8",
    activation: "ACTIVATION_TANH",
    bias: true,
    initializer: "INITIALIZER_KIND_GLOROT",
    optimizer: "OPTIMIZER_KIND_ADAM",
    rate: "0.03",
    batch: "32",
    epochs: "1000",
    shuffle: "1",
  }),
  example("A longer run", "4\u202f417 parameters train for several seconds. Pause the run, look at earlier updates, and resume.", {
    hidden: "64-64",
    activation: "ACTIVATION_TANH",
    bias: true,
    optimizer: "OPTIMIZER_KIND_ADAM",
    rate: "0.000003",
    epochs: "200000",
  }),
];
