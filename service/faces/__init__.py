"""What callers see: the calls of the contract, as messages over gRPC and HTTP."""
