"""The scopes of callers, and those that the methods of the contract require."""

from typing import Final

from clearprop.v1 import access_pb2
from google.protobuf.descriptor import MethodDescriptor

from service.faces.messages.enums import numbers
from training.access import Scope

_SCOPES: Final = {number: scope for scope, number in numbers(access_pb2.Scope, Scope).items()}


def required_scope(method: MethodDescriptor) -> Scope:
    """Return the scope that a method requires, by its option in the contract.

    Raises ValueError if it has none.
    """
    number = method.GetOptions().Extensions[access_pb2.scope]
    if number not in _SCOPES:
        raise ValueError(f"{method.full_name} has no scope")
    return _SCOPES[number]
