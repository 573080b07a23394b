// The settings of a run that are seldom needed, in groups. Each has its fields with their defaults, the
// part of the settings that they make, and the field of the form for each field of the contract.
import { BATCHES } from "./batches.js";
import { DROPOUT } from "./dropout.js";
import { GRADIENT } from "./gradient.js";
import { OPTIMIZER } from "./optimizer.js";
import { SCHEDULE } from "./schedule.js";
import { STOPPING } from "./stopping.js";
import { TARGETS } from "./targets.js";
import { VALIDATION } from "./validation.js";
import { WEIGHTS } from "./weights.js";

export const GROUPS = [WEIGHTS, OPTIMIZER, GRADIENT, SCHEDULE, BATCHES, TARGETS, DROPOUT, VALIDATION, STOPPING];
