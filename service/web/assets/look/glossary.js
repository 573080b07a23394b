// The meaning of words and symbols on the page.

export const GLOSSARY = {
  cost: "One number that measures how wrong the outputs are. Training reduces it.",
  derivative: "How much one number changes if another one changes a little: the slope.",
  activation: "The output of a unit: its activation function, such as sigmoid, applied to its logit.",
  target: "The output that the example asks for.",
  weight: "A number that multiplies an input of a unit. Training changes the weights.",
  logit: "The sum of the inputs of a unit, each multiplied by its weight, plus the bias if there is one: the input of the activation function.",
  delta: "The derivative of the cost with respect to the logit of a unit.",
  gradient: "The derivatives of the cost with respect to the weights: the direction in which the cost rises, and how steeply.",
  batch: "The examples that one update uses.",
  epoch: "One pass through all examples of the training set.",
  "learning rate": "The factor by which the gradient is multiplied to give the step.",
};

export const NOTATION = [
  ["x", "Inputs of an example."],
  ["y", "Targets of an example."],
  ["w[unit, input]", "The weight from an input to a unit; w2[1,3] is in layer 2."],
  ["b[unit]", "The bias of a unit, if the network has biases."],
  ["z", "Logit: Σ w·a over the layer below, plus the bias."],
  ["a = f(z)", "Activation."],
  ["C", "Cost."],
  ["δ = ∂C/∂z", "Delta."],
  ["∂C/∂w = δ·a", "Gradient of a weight for one example."],
  ["G", "The sum of the gradients in the batch; G/n is their mean."],
  ["η", "Learning rate."],
  ["v, s", "The optimizer state: v of momentum and Nesterov, v and s of Adam and AdamW, s of RMSprop and Adagrad. μ, β₁, β₂ and ε are their settings; λ is the weight decay."],
  ["λ₁, λ₂", "The factors of the penalties: λ₁·Σ|w| + ½·λ₂·Σw² is added to the cost."],
  ["c, m, N", "The limits of the gradient: c of each number in it, m of its norm N."],
  ["m[unit]", "The factor of dropout: 0 for a unit that is left out, else 1/(1 − p)."],
  ["n", "The number of examples in the batch."],
];
