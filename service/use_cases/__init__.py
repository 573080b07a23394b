"""Use cases: one module for each resource of the contract. They do not depend on a transport."""
