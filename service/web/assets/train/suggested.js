// The fields of the form for the settings that the service suggests for a training set.

export function suggestedFields({ layerSizes, activations, bias, initializer, settings }) {
  const { optimizer, learningRate, batchSize, epochs, shuffleSeed, validation, stop } = settings;
  return {
    hidden: layerSizes.slice(1, -1).join("-"),
    activation: activations[0],
    output: activations.at(-1),
    cost: "", // automatic, from the output activation
    bias,
    initializer: initializer.kind,
    optimizer: optimizer.kind,
    rate: String(learningRate),
    batch: String(batchSize),
    epochs: String(epochs),
    shuffle: String(shuffleSeed ?? ""),
    share: validation ? String(validation.share) : "",
    patience: Number(stop?.patience) ? String(stop.patience) : "",
    restoreBest: Boolean(stop?.restoreBest),
  };
}
