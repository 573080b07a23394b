"""The contract: messages and stubs, generated from proto/clearprop/v1 by `make proto`."""
