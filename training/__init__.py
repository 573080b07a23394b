"""The domain of Clearprop: networks, training sets, runs and their history; no database, no network."""
