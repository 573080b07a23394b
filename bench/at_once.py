"""Work of one server at the same time: steps that do not wait for each other, and runs."""

import os
import tempfile
import uuid
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import clearprop
import grpc
from clearprop import Run
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub

from bench.measuring import in_turn
from bench.peers.compiling import BUILD
from bench.report import Row
from bench.serving import serving

_STEPS = 1_000
_OUTSTANDING = 64

_SMALL, _SMALL_UPDATES = (2, 5, 1), 2_000_000
_LARGE, _LARGE_UPDATES = (2, 300, 300, 1), 2_000

#: Runs of networks with equal structure, which a kernel trains in lockstep.
_ALIKE, _ALIKE_UPDATES, _ALIKE_REACH = 100, 300_000, 3.0

#: The calls of one client at a time that start runs, as a sweep makes them by default.
_STARTS_AT_ONCE = 16


def rows() -> list[Row]:
    """Measure steps in a row, two small runs, eight large ones, and a hundred alike."""
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as name:
        folder = Path(name)
        processors = os.cpu_count() or 1
        return [
            _steps_in_row(folder),
            _runs(folder, _SMALL, _SMALL_UPDATES, 2, 0.85 * min(2, processors)),
            _runs(folder, _LARGE, _LARGE_UPDATES, 8, 0.85 * min(8, processors)),
            *_alike(folder),
        ]


def _steps_in_row(folder: Path) -> Row:
    with (
        serving(folder, "steps-in-row") as server,
        clearprop.connect(server.target) as client,
        grpc.insecure_channel(server.target) as channel,
    ):
        stub = TrainingServiceStub(channel)
        network = client.create_network("stepped", layer_sizes=[2, 5, 1], seed=7)
        network.step("xor", learning_rate=5.0, batch_size=4, epochs=1_000_000)

        def steps() -> None:
            sent: deque[grpc.Future[pb.StepResponse]] = deque()
            for _ in range(_STEPS):
                request = pb.StepRequest(network="stepped", request_id=str(uuid.uuid4()))
                sent.append(stub.Step.future(request))
                if len(sent) == _OUTSTANDING:
                    sent.popleft().result()
            for each in sent:
                each.result()

        in_row, one_by_one = in_turn(5, (steps, _STEPS), (network.step, 1))
    return Row(
        f"{_STEPS:,} Steps by one update of one network, at most {_OUTSTANDING} outstanding",
        in_row.text(1e-3, "ms"),
        f"each after the answer to the one before {one_by_one.text(1e-3, 'ms')}",
        f"{1 / in_row.median:,.0f} steps per second",
        "≥ 1,000 steps per second",
        in_row.median <= 1e-3,
    )


def _runs(folder: Path, sizes: Sequence[int], updates: int, count: int, reach: float) -> Row:
    """Measure runs of as many networks at once, against one of them."""
    name = "-".join(map(str, sizes))
    numbers = iter(range(1_000))
    with serving(folder, f"{count}-runs") as server, clearprop.connect(server.target) as client:

        def train(at_once: int) -> None:
            networks = [
                client.create_network(f"n-{next(numbers)}", layer_sizes=sizes, seed=7)
                for _ in range(at_once)
            ]
            runs = [
                network.train("xor", learning_rate=0.5, batch_size=4, epochs=updates)
                for network in networks
            ]
            for run in runs:
                run.wait()

        all_, one = in_turn(5, (lambda: train(count), count * updates), (lambda: train(1), updates))
    speed = one.median / all_.median
    return Row(
        f"{count} runs of {name} at once, {updates:,} updates each",
        all_.text(1e-9, "ns an update"),
        f"one run {one.text(1e-9, 'ns')}",
        f"{speed:.2f} × the speed",
        f"≥ {reach:.1f} ×",
        speed >= reach,
    )


def _alike(folder: Path) -> list[Row]:
    """Measure runs of networks with equal structure at once, against one after the other."""
    name = "-".join(map(str, _SMALL))
    updates = _ALIKE * _ALIKE_UPDATES
    numbers = iter(range(1_000_000))
    with (
        serving(folder, "alike") as server,
        clearprop.connect(server.target) as client,
        ThreadPoolExecutor(_STARTS_AT_ONCE) as starters,
    ):

        def start(_: int) -> Run:
            number = next(numbers)
            network = client.create_network(f"n-{number}", layer_sizes=_SMALL, seed=number)
            rate = 0.1 + number % _ALIKE / _ALIKE
            return network.train("xor", learning_rate=rate, batch_size=4, epochs=_ALIKE_UPDATES)

        def train(at_once: int) -> float:
            """Return how many seconds of processors the server takes."""
            before = server.processor_seconds()
            for _ in range(_ALIKE // at_once):
                for run in list(starters.map(start, range(at_once))):
                    run.wait()
            return server.processor_seconds() - before

        seconds = {1: list[float](), _ALIKE: list[float]()}
        together, in_turn_ = in_turn(
            3,
            (lambda: seconds[_ALIKE].append(train(_ALIKE)), updates),
            (lambda: seconds[1].append(train(1)), updates),
        )
    work = f"{_ALIKE} runs of {name} at once, {_ALIKE_UPDATES:,} updates each"
    of_processors = median(seconds[1]) / median(seconds[_ALIKE])
    speed = in_turn_.median / together.median
    return [
        Row(
            work,
            together.text(1e-9, "ns an update"),
            f"one after the other {in_turn_.text(1e-9, 'ns')}",
            f"{speed:.2f} × the speed",
            f"≥ {_ALIKE_REACH:.0f} ×",
            speed >= _ALIKE_REACH,
        ),
        Row(
            f"{work}, time of processors",
            f"{median(seconds[_ALIKE]) / updates * 1e9:.0f} ns an update",
            f"one after the other {median(seconds[1]) / updates * 1e9:.0f} ns",
            f"{of_processors:.2f} × the speed",
            f"≥ {_ALIKE_REACH:.0f} ×",
            of_processors >= _ALIKE_REACH,
        ),
    ]
