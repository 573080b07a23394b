"""Background work: runs, outcomes that calls wait for, maintenance of the store."""
