"""The application: use cases, their gRPC face, the command line."""
