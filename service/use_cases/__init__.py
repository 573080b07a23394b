"""Use cases: one module for each resource of the contract. They know no transport."""
