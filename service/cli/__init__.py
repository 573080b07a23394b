"""The operator's commands, `serve` and `demo`, which clearprop-server adds to `clearprop`."""
