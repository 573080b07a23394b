"""Reads histories: states, pages of updates, selections, and the shared data of watches."""
