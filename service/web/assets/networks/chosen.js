// The networks that are selected in the table. The last ones are drawn: each has a colour and dashes of its own.

const LOOKS = [
  { stroke: "--accent", dash: [] },
  { stroke: "--negative", dash: [7, 4] },
  { stroke: "--now", dash: [2, 3] },
  { stroke: "--good", dash: [10, 3, 2, 3] },
  { stroke: "--bad", dash: [14, 5] },
  { stroke: "--ink", dash: [1, 5] },
];

export const MOST_CHOSEN = LOOKS.length;

export const lookOf = (drawn, network) => LOOKS[drawn.indexOf(network)];

// Returns the chosen networks with one more, or one less.
export const toggled = (chosen, network) => (chosen.includes(network) ? chosen.filter((each) => each !== network) : [...chosen, network]);

export const drawnOf = (chosen) => chosen.slice(-MOST_CHOSEN);
