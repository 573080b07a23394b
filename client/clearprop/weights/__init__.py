"""Weights from other libraries: files, dictionaries of arrays and fitted models."""
