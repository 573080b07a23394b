"""Where a server listens unless it is given another address."""

#: HOST:PORT of a server for gRPC.
DEFAULT_SERVER = "127.0.0.1:50051"
