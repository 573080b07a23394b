"""The interfaces for callers: the methods of the contract over gRPC and HTTP."""
