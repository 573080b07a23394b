"""The asyncio client. `make client` generates `clearprop._sync` from it."""
