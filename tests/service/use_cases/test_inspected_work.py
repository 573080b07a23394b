"""Inspections that would compute too much are refused before they begin."""

from collections.abc import Callable

import pytest
from services import Service

from service.use_cases.inspection import Which
from service.use_cases.networks import NewNetwork
from training.errors import LimitExceeded
from training.explanation.place import WeightPlace
from training.limits import Limits
from training.settings import TrainingSettings

#: Two gradients of 4 examples with 21 parameters: the whole one, and those of examples.
INSPECTING = 2 * 3 * 4 * 21

#: A kernel is called for each of the 4 examples.
EXPLAINING = 4 * 2**16 + 3 * 4 * 21

LAST = Which("net")
NEXT = Which("net", next=True)
PLACE = WeightPlace(1, 0, 0)


@pytest.mark.parametrize(
    ("inspect", "work", "what"),
    [
        (lambda it: it.inspection.state("net", None), INSPECTING, "inspecting an update"),
        (
            lambda it: it.inspection.trace(LAST, 0, 0, vectors_only=False),
            INSPECTING,
            "inspecting an update",
        ),
        (
            lambda it: it.inspection.trace(NEXT, 0, 0, vectors_only=False),
            INSPECTING,
            "inspecting an update",
        ),
        (lambda it: it.explanations.explain(LAST, PLACE, 0, 0), EXPLAINING, "explaining a batch"),
    ],
    ids=["state", "trace", "next", "explain"],
)
def test_an_inspection_with_more_work_than_the_limit_is_refused(
    inspect: Callable[[Service], object], work: int, what: str
) -> None:
    for most in (work, work - 1):
        with Service(limits=Limits(call_work=most)) as service:
            service.networks.create(NewNetwork("net", (2, 5, 1), bias=True))
            service.step(1, TrainingSettings("xor", 0.5, 4, 100))
            if most == work:
                inspect(service)
                continue
            with pytest.raises(LimitExceeded, match="use an update with a smaller batch") as error:
                inspect(service)
            assert error.value.metadata == {"limit": "call_work", "value": str(most)}
            assert error.value.message.startswith(what)
            assert f"about {work} " in error.value.message
