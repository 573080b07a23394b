// What words and symbols of the page mean.

export const GLOSSARY = {
  cost: "One number for how wrong the outputs are. Training makes it smaller.",
  derivative: "How much one number changes when another changes a little: the slope.",
  activation: "What a unit passes on: its logit, put through a function such as the sigmoid.",
  target: "The output that the example asks for.",
  weight: "The number that an input of a unit is multiplied by. Weights are what is learnt.",
  logit: "The sum of a unit’s inputs, each times its weight: what goes into the activation function.",
  delta: "The derivative of the cost by a unit’s logit: how much more the example would cost with a little more of it.",
  gradient: "The derivative of the cost by each weight: which way, and how steeply, the cost rises.",
  batch: "The examples that one update looks at together.",
  epoch: "Once through all examples of the training set.",
  "learning rate": "How large a step is taken against the gradient.",
};

export const NOTATION = [
  ["x", "inputs of an example"],
  ["y", "targets of an example"],
  ["w[unit, input]", "the weight that leads from an input to a unit; w2[1,3] is of layer 2"],
  ["b[unit]", "the bias of a unit, where the network has biases"],
  ["z", "logit: Σ w·a of the layer below"],
  ["a = f(z)", "activation"],
  ["C", "cost"],
  ["δ = ∂C/∂z", "delta"],
  ["∂C/∂w = δ·a", "gradient of a weight for one example"],
  ["G", "the gradients of the batch, added up; G/n is their mean"],
  ["η", "learning rate"],
  ["v, s", "what momentum, Nesterov and Adam remember of earlier gradients; μ, β₁, β₂, ε are their settings, λ is weight decay"],
  ["n", "number of examples in the batch"],
];
