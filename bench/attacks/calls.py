"""Legal calls that are as heavy as the limits allow, and requests that are large or many."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any

import grpc
import numpy as np
from clearprop.v1 import network_pb2, run_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from clearprop.v1.training_set_pb2 import Example
from google.protobuf.message import Message

from bench.attacks.attack import Outcomes, Victim, together
from bench.attacks.relay import relay

_OPTIONS = [
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.use_local_subchannel_pool", 1),
]
_PAUSE_SECONDS = 0.05
_SERVICE = "/clearprop.v1.TrainingService/"

Stub = TrainingServiceStub


@contextmanager
def stub(victim: Victim) -> Iterator[Stub]:
    """Connect from the attacker's address."""
    with relay(victim) as target, grpc.insecure_channel(target, options=_OPTIONS) as channel:
        yield TrainingServiceStub(channel)


@dataclass(frozen=True, slots=True)
class _Calls:
    """Calls with one request that many threads make again and again."""

    call: Callable[[Stub], Callable[..., Any]]  # begins one
    request: Message
    count: int  # at the same time
    timeout: float | None = None

    def keep_going(self, victim: Victim, ended: Event, outcomes: Outcomes) -> None:
        """Make calls until the end, and then cancel those under way."""
        active: set[Any] = set()

        def cancel() -> None:
            ended.wait()
            for future in [*active]:
                future.cancel()

        with stub(victim) as stubs:
            Thread(target=cancel, daemon=True).start()

            def keep() -> None:
                while not ended.is_set():
                    future, done = self.call(stubs)(self.request, timeout=self.timeout), Event()
                    active.add(future)
                    future.add_done_callback(lambda _, done=done: done.set())
                    if ended.is_set():
                        future.cancel()
                    done.wait()
                    active.discard(future)
                    outcomes.add(str(future.code().name))
                    time.sleep(_PAUSE_SECONDS)

            together(self.count, keep)


def _ignoring_existing(call: Callable[[Any], Any], request: object) -> None:
    try:
        call(request)
    except grpc.RpcError as error:
        if error.code() != grpc.StatusCode.ALREADY_EXISTS:
            raise


def _network(network: str, *sizes: int, **more: Any) -> pb.CreateNetworkRequest:  # noqa: ANN401
    return pb.CreateNetworkRequest(
        network=network, layer_sizes=sizes, initializer=network_pb2.Initializer(seed=7), **more
    )


def _create_set(stubs: Stub, name: str, examples: int, inputs: int, targets: int) -> None:
    """Create a training set in chunks; the same numbers every time."""
    numbers = np.random.default_rng(7).random((examples, inputs + targets)).round()

    def parts() -> Iterator[pb.UploadTrainingSetRequest]:
        for first in range(0, examples, 2_000):
            rows = numbers[first : first + 2_000].tolist()
            yield pb.UploadTrainingSetRequest(
                training_set=name if first == 0 else "",
                examples=[Example(inputs=row[:inputs], targets=row[inputs:]) for row in rows],
            )

    _ignoring_existing(stubs.UploadTrainingSet, parts())


def prepare_evaluations(victim: Victim) -> None:
    """Create a network of 2-100000-1 and 200,000 examples for it."""
    with stub(victim) as stubs:
        _create_set(stubs, "large", 200_000, 2, 1)
        _ignoring_existing(stubs.CreateNetwork, _network("large", 2, 100_000, 1))


def evaluations(victim: Victim, ended: Event, outcomes: Outcomes) -> None:
    """Keep 40 Evaluate going, with a deadline of 3 s each."""
    request = pb.EvaluateRequest(network="large", training_set="large")
    calls = _Calls(lambda s: s.Evaluate.future, request, 40, 3.0)
    calls.keep_going(victim, ended, outcomes)


def prepare_gradient_checks(victim: Victim) -> None:
    """Create a network of 500-800-50 and 1,000 examples for it."""
    with stub(victim) as stubs:
        _create_set(stubs, "wide", 1_000, 500, 50)
        _ignoring_existing(stubs.CreateNetwork, _network("wide", 500, 800, 50))


def gradient_checks(victim: Victim, ended: Event, outcomes: Outcomes) -> None:
    """Keep 40 CheckGradients going, without a deadline."""
    request = pb.CheckGradientsRequest(network="wide", training_set="wide")
    calls = _Calls(lambda s: s.CheckGradients.future, request, 40)
    calls.keep_going(victim, ended, outcomes)


def heaviest(victim: Victim, ended: Event, outcomes: Outcomes) -> None:
    """Let eight clients ask for CheckGradients of 500-800-50."""
    request = pb.CheckGradientsRequest(network="wide", training_set="wide")
    calls = _Calls(lambda s: s.CheckGradients.future, request, 8)
    calls.keep_going(victim, ended, outcomes)


def prepare_walks(victim: Victim) -> None:
    """Create a network whose updates take nearly 50,000 lines."""
    with stub(victim) as stubs:
        _create_set(stubs, "walked", 50, 2, 1)
        _ignoring_existing(stubs.CreateNetwork, _network("walked", 2, 40, 1))
        settings = run_pb2.TrainingSettings(
            training_set="walked", learning_rate=0.1, batch_size=50, epochs=3
        )
        with suppress(grpc.RpcError):
            stubs.Step(pb.StepRequest(network="walked", settings=settings))


def walks(victim: Victim, ended: Event, outcomes: Outcomes) -> None:
    """Keep 20 WalkUpdate going."""
    request = pb.WalkUpdateRequest(network="walked", step_count=10_000)
    calls = _Calls(lambda s: s.WalkUpdate.future, request, 20)
    calls.keep_going(victim, ended, outcomes)


def empty_vectors(victim: Victim, ended: Event, outcomes: Outcomes) -> None:
    """Predict from eight million vectors without numbers, on two connections."""
    content = pb.PredictRequest(network="good-get").SerializeToString()
    content += pb.PredictRequest(inputs=[network_pb2.Vector()]).SerializeToString() * 8_380_000
    _send_bytes(victim, "Predict", [content], 2, ended, outcomes)


def strange_ids(victim: Victim, ended: Event, outcomes: Outcomes) -> None:
    """Ask for ids of 15 MiB with zeros and other control characters."""
    ids = ["\0" * (15 * 2**20), "a\r\n\x1b[2J" * 1000, "\u202e\0", "x" * (15 * 2**20)]
    contents = [pb.GetNetworkRequest(network=each).SerializeToString() for each in ids]
    _send_bytes(victim, "GetNetwork", contents, 2, ended, outcomes)


def _send_bytes(
    victim: Victim,
    method: str,
    contents: list[bytes],
    count: int,
    ended: Event,
    outcomes: Outcomes,
) -> None:
    def send() -> None:
        with relay(victim) as target, grpc.insecure_channel(target, options=_OPTIONS) as channel:
            call: Any = channel.unary_unary(_SERVICE + method)
            while not ended.is_set():
                for content in contents:
                    try:
                        call(content, timeout=60)
                    except grpc.RpcError as error:
                        outcomes.add(f"{error.code().name}")
                        size = len(error.details() or "")
                        if size > 2_000:
                            outcomes.add("long error messages")
                    time.sleep(_PAUSE_SECONDS)

    together(count, send)


def prepare_listing(victim: Victim) -> None:
    """Create 100 networks with as many labels as the server takes."""
    with stub(victim) as stubs:
        full = {f"k{number:062}": "\U0001f600" * 255 for number in range(64)}
        small = dict(list(full.items())[:8])
        for number in range(100):
            for labels in (full, small):
                request = _network(f"labelled-{number}", 2, 5, 1, labels=labels)
                with suppress(grpc.RpcError):  # too large, or created before
                    stubs.CreateNetwork(request)
                    break


def listing(victim: Victim, ended: Event, outcomes: Outcomes) -> None:
    """List networks with as large pages as there are, eight at a time."""
    with stub(victim) as stubs:

        def keep() -> None:
            while not ended.is_set():
                try:
                    request = pb.ListNetworksRequest(page_size=1000)
                    page = stubs.ListNetworks(request, timeout=60)
                    outcomes.add("OK")
                    if page.ByteSize() > 4 * 2**20:
                        outcomes.add("pages over 4 MiB")
                except grpc.RpcError as error:
                    outcomes.add(error.code().name)
                time.sleep(_PAUSE_SECONDS)

        together(8, keep)
