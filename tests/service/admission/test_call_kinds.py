"""Each call of the contract has a kind."""

from dataclasses import fields

from service.admission.call_kinds import CALL_KINDS
from service.faces.rpcs import SERVICE
from training.limits import Limits


def test_each_rpc_has_a_kind_and_nothing_else_has() -> None:
    assert list(CALL_KINDS) == [method.name for method in SERVICE.methods]


def test_the_time_of_each_kind_is_a_limit() -> None:
    limits = {field.name for field in fields(Limits)}
    assert {kind.seconds for kind in CALL_KINDS.values()} - {None} <= limits
