// Small lessons: each fills in the form, and says what there is to be seen.
import { DEFAULTS } from "./settings.js";

const lesson = (name, see, changes) => ({ name, see, values: { ...DEFAULTS, ...changes } });

export const FORM_EXAMPLES = [
  lesson("XOR is learned", "The cost stays flat for a while, then falls: hidden units had to find their parts first.", {}),
  lesson(
    "Batch 2 sticks",
    "Each batch of two holds one 0 and one 1 and is answered by ½: the cost stays at ln 2 = 0.693 for ever. Shuffle, or take batches of 4.",
    { batch: "2" },
  ),
  lesson("Shuffled, it goes on", "The same batches of two, in a new order in each epoch: the steps no longer cancel.", {
    batch: "2",
    shuffle: "1",
  }),
  lesson("XOR without a hidden layer", "One straight line cannot part these four points, however long it is trained.", {
    hidden: "",
    bias: true,
  }),
  lesson("AND needs no hidden layer", "One unit with a bias is a straight line, and that is enough.", {
    data: "and",
    hidden: "",
    bias: true,
    epochs: "2000",
  }),
  lesson("Too large a step", "Each step leads beyond the valley, and further each time: the run ends before a weight is infinite. See the cost on the logarithmic scale.", {
    data: "or",
    hidden: "",
    output: "ACTIVATION_IDENTITY",
    rate: "30",
  }),
  lesson("Watch it live", "4,417 parameters learn for some seconds. Pause it, look back, and let it go on.", {
    hidden: "64-64",
    activation: "ACTIVATION_TANH",
    bias: true,
    optimizer: "OPTIMIZER_KIND_ADAM",
    rate: "0.000003",
    epochs: "200000",
  }),
];
