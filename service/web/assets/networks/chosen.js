// The networks whose curves are drawn: each has a colour and dashes of its own.

const LOOKS = [
  { stroke: "--accent", dash: [] },
  { stroke: "--negative", dash: [7, 4] },
  { stroke: "--now", dash: [2, 3] },
  { stroke: "--good", dash: [10, 3, 2, 3] },
  { stroke: "--bad", dash: [14, 5] },
  { stroke: "--ink", dash: [1, 5] },
];

export const MOST_CHOSEN = LOOKS.length;

export const lookOf = (chosen, network) => LOOKS[chosen.indexOf(network)];

// Returns the chosen networks with one more, or one less; of too many, the first is left out.
export function toggled(chosen, network) {
  if (chosen.includes(network)) return chosen.filter((each) => each !== network);
  return [...chosen, network].slice(-MOST_CHOSEN);
}
