"""Carries runs out: the executor, how a run is opened, and how a call finds its outcome."""
