"""The sync and the asyncio form are the same client."""

import inspect
from typing import Any

import clearprop
import clearprop.aio
import pytest

PAIRS = [
    (clearprop.Client, clearprop.aio.AsyncClient),
    (clearprop.Network, clearprop.aio.AsyncNetwork),
    (clearprop.Export, clearprop.aio.AsyncExport),
    (clearprop.Run, clearprop.aio.AsyncRun),
    (clearprop.TrainingSet, clearprop.aio.AsyncTrainingSet),
]


def methods(kind: type) -> dict[str, Any]:
    return {
        name: member
        for name, member in vars(kind).items()
        if inspect.isfunction(member) and not name.startswith("_")
    }


@pytest.mark.parametrize(("form", "other"), PAIRS, ids=lambda kind: kind.__name__)
def test_both_forms_have_the_same_methods_with_the_same_words(form: type, other: type) -> None:
    ours, theirs = methods(form), methods(other)
    assert list(ours) == list(theirs)
    for name, method in ours.items():
        assert inspect.getdoc(method) == inspect.getdoc(theirs[name])
        parameters = inspect.signature(method).parameters
        assert str(list(parameters.values())) == str(
            list(inspect.signature(theirs[name]).parameters.values())
        )


@pytest.mark.parametrize(("form", "other"), PAIRS, ids=lambda kind: kind.__name__)
def test_what_iterates_iterates_in_both_and_what_answers_is_awaited(
    form: type, other: type
) -> None:
    for name, method in methods(form).items():
        annotation = str(inspect.signature(method).return_annotation)
        iterates = "Iterator[" in annotation
        is_coroutine = inspect.iscoroutinefunction(methods(other)[name])
        assert is_coroutine is not iterates, name


def test_connecting_takes_the_same() -> None:
    ours, theirs = (inspect.signature(module.connect) for module in (clearprop, clearprop.aio))
    assert str(ours.parameters) == str(theirs.parameters)
