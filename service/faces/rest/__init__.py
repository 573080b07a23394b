"""The HTTP face: the contract by its google.api.http annotations, for whoever has no gRPC."""
