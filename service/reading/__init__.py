"""Reads histories: states, pages of updates, selections, and what many watchers share."""
