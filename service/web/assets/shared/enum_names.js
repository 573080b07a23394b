// The contract's enum values in plain words: "ACTIVATION_LEAKY_RELU" is "leaky relu".
const PREFIXES = /^(ACTIVATION|COST_FUNCTION|OPTIMIZER_KIND|RUN_STATE|UPDATE_KIND|INITIALIZER_KIND)_/;

export const enumName = (value) => value.replace(PREFIXES, "").toLowerCase().replaceAll("_", " ");
