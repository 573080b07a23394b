"""The demo notices each fault that it looks for."""

from collections.abc import Sequence

import pytest
from clearprop import Snapshot
from clearprop.v1.network_pb2 import LayerParameters
from clearprop.v1.update_pb2 import Update

from service.cli.demo.checks import check_complete, check_learnt, check_same
from service.cli.demo.promises import PromiseBroken


def snapshots(numbers: Sequence[int], weight: float = 0.0) -> list[Snapshot]:
    layer = LayerParameters(units=1, inputs=1, weights=[weight])
    return [Snapshot(Update(update=number, layers=[layer])) for number in numbers]


def test_a_whole_history_passes() -> None:
    check_complete(snapshots([0, 1, 2]), 2)
    check_same(snapshots([0, 1, 2]), snapshots([0, 1, 2]))


@pytest.mark.parametrize("numbers", [[0, 2], [0, 1], [0, 1, 1, 2], [0, 2, 1], [1, 2], []])
def test_a_history_that_is_not_whole_is_noticed(numbers: list[int]) -> None:
    with pytest.raises(PromiseBroken):
        check_complete(snapshots(numbers), 2)


@pytest.mark.parametrize(
    "stored", [snapshots([0, 1]), snapshots([0, 1, 2, 3]), snapshots([0, 1, 2], weight=-0.0)]
)
def test_a_history_that_differs_by_an_update_or_a_bit_is_noticed(stored: list[Snapshot]) -> None:
    with pytest.raises(PromiseBroken):
        check_same(snapshots([0, 1, 2]), stored)


def test_what_has_not_been_learnt_is_noticed() -> None:
    check_learnt([0.02, 0.95], [0.0, 1.0])
    with pytest.raises(PromiseBroken, match=r"predicts 0\.500 instead of 1"):
        check_learnt([0.0, 0.5], [0.0, 1.0])
