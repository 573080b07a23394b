"""Work of one server at the same time: steps that do not wait for each other, and runs."""

import os
import tempfile
import uuid
from collections import deque
from collections.abc import Sequence
from pathlib import Path

import clearprop
import grpc
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


def rows() -> list[Row]:
    """Measure steps in a row, two small runs and eight large ones."""
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as name:
        folder = Path(name)
        processors = os.cpu_count() or 1
        return [
            _steps_in_row(folder),
            _runs(folder, _SMALL, _SMALL_UPDATES, 2, 0.85 * min(2, processors)),
            _runs(folder, _LARGE, _LARGE_UPDATES, 8, 0.85 * min(8, processors)),
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
