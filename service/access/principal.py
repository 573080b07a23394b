"""Principals: the callers that the server can tell apart."""

from dataclasses import dataclass

from training.access import Scope


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated caller.

    `name` begins with the kind of proof, so that different kinds cannot have the same name:
    `token:ci`, `jwt:alice`, `certificate:trainer`.
    """

    name: str
    scope: Scope
