"""Measures of how well the outputs of a network fit the targets of examples."""
