"""Every unknown keyword argument is a TypeError that names the nearest known one."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import clearprop
import clearprop.aio
import pytest
from clearprop.keywords import keywords_of, nearest
from clearprop.options import NetworkOptions, TrainingOptions

HALVES: dict[str, list[Any]] = {
    "threads": [clearprop.Client, clearprop.Network, clearprop.Run, clearprop.TrainingSet],
    "asyncio": [
        clearprop.aio.AsyncClient,
        clearprop.aio.AsyncNetwork,
        clearprop.aio.AsyncRun,
        clearprop.aio.AsyncTrainingSet,
    ],
}


def functions() -> Iterator[Any]:
    """Yield connect and all public methods of the classes, of both forms."""
    for form, classes in HALVES.items():
        connect = (clearprop if form == "threads" else clearprop.aio).connect
        yield pytest.param(connect, id=f"{form}-connect")
        for cls in classes:
            for name, method in inspect.getmembers(cls, inspect.isfunction):
                if not name.startswith("_"):
                    yield pytest.param(method, id=f"{form}-{method.__qualname__}")


FUNCTIONS = list(functions())


def call(function: Callable[..., Any], **keywords: Any) -> None:
    """Call a function, and run it if it is a coroutine's."""
    found = function(None, **keywords)
    if inspect.iscoroutine(found):
        found.send(None)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_refuses_an_unknown_keyword_at_the_call(function: Any) -> None:
    with pytest.raises(TypeError) as refused:
        call(function, unknownn=1)
    assert f"{function.__qualname__}() got an unexpected keyword" in str(refused.value)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_misspelt_keyword_is_named(function: Any) -> None:
    known = keywords_of(function)
    for name in known:
        wrong = f"{name}e"
        with pytest.raises(TypeError) as refused:
            call(function, **{wrong: 1})
        assert f"argument {wrong!r}. Did you mean {name!r}?" in str(refused.value)


CREATE = {*NetworkOptions.__annotations__, "network", "layer_sizes", "request_id"}
TRAIN = {*TrainingOptions.__annotations__, "training_set", "etag", "request_id"}


@pytest.mark.parametrize(
    ("known", "name", "meant"),
    [
        (CREATE, "activation", "activations"),
        (CREATE, "biases", "bias"),
        (CREATE, "use_bias", "bias"),
        (CREATE, "sed", "seed"),
        (CREATE, "layers", "layer_sizes"),
        (CREATE, "loss", "cost_function"),
        (CREATE, "cost", "cost_function"),
        (CREATE, "weights", "initial_weights"),
        (CREATE, "hidden_layer_sizes", "layer_sizes"),
        (TRAIN, "lr", "learning_rate"),
        (TRAIN, "rate", "learning_rate"),
        (TRAIN, "LearningRate", "learning_rate"),
        (TRAIN, "optimiser", "optimizer"),
        (TRAIN, "shufle_seed", "shuffle_seed"),
        (TRAIN, "shuffle", "shuffle_seed"),
        (TRAIN, "batch", "batch_size"),
        (TRAIN, "batchsize", "batch_size"),
        (TRAIN, "epoch", "epochs"),
        (TRAIN, "beta_2", "beta2"),
        (TRAIN, "eps", "epsilon"),
        (TRAIN, "decay", "weight_decay"),
        (TRAIN, "wd", "weight_decay"),
        (TRAIN, "max_iter", "max_updates"),
        (TRAIN, "zzz", None),
    ],
)
def test_the_nearest_name_is_the_one_that_was_meant(
    known: set[str], name: str, meant: str | None
) -> None:
    assert nearest(name, known) == meant


def test_a_keyword_like_no_other_is_answered_with_all_of_them() -> None:
    with pytest.raises(
        TypeError,
        match=r"'zzz'. Known keywords are: ca, cert, insecure, key, retry_timeout, target, token\.",
    ):
        clearprop.connect(zzz=1)  # type: ignore[call-arg]


def test_a_keyword_of_a_method_without_arguments_is_answered_in_a_whole_sentence() -> None:
    for runs in (clearprop.Network.runs, clearprop.aio.AsyncNetwork.runs):
        with pytest.raises(TypeError, match=r"'state'\. It takes no arguments\.$"):
            call(runs, state="RUNNING")


def test_required_settings_that_are_missing_are_named() -> None:
    for train in (clearprop.Network.train, clearprop.aio.AsyncNetwork.train):
        with pytest.raises(TypeError, match=r"missing .*: 'batch_size' and 'learning_rate'"):
            call(train, training_set="xor", epochs=1)


def test_a_number_in_place_of_an_id_is_refused() -> None:
    find: Any = clearprop.Client.network
    for arguments, keywords in (((5,), {}), ((), {"network": 5})):
        with pytest.raises(TypeError, match="network must be a text, such as '5', not 5"):
            find(None, *arguments, **keywords)
