"""The domain: networks, training sets, runs and their history; no database, no transport."""
