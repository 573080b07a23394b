"""The documentation of the HTTP face, generated from the contract and its comments."""
