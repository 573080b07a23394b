"""Networks of equal structure in lockstep: one kernel updates several of them at once."""
