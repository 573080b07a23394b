// Names for the enum values of the contract: "leaky relu" for "ACTIVATION_LEAKY_RELU".
const PREFIXES = /^(ACTIVATION|COST_FUNCTION|OPTIMIZER_KIND|RUN_STATE|SCHEDULE_KIND|UPDATE_KIND|INITIALIZER_KIND)_/;

export const enumName = (value) => value.replace(PREFIXES, "").toLowerCase().replaceAll("_", " ");
