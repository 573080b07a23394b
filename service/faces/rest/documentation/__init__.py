"""The documentation of the HTTP face, made of the contract's descriptors and their comments."""
