"""The client, from which `make client` generates the other in `clearprop._sync`."""
