"""Modules that are imported when a test uses them: every process that runs tests collects all."""

from importlib import import_module
from typing import Any


class Later:
    """A module that takes long to import, which happens when something of it is asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("_"):  # pytest looks for its own marks in whatever a module has
            raise AttributeError(attribute)
        return getattr(import_module(self._name), attribute)
