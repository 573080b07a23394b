"""Sweeps: many networks with different settings, compared by cross-validation."""
