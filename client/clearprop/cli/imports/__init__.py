"""`clearprop import`: stores a training set from a file of the caller's."""

from clearprop.cli.imports.command import import_file

__all__ = ["import_file"]
