"""What authentication costs: a server that requires a token, and one that does not, in turn.

`python -m bench.access` prints the row.
"""

import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import grpc
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub

from bench.peers.compiling import BUILD
from bench.report import Row
from bench.serving import serving

_CALLS = 250
_REPETITIONS = 60
_MOST = 1.05


def rows() -> list[Row]:
    """Measure the smallest call, whose request is empty, with and without a token.

    What both servers compute is compared, because how long a call takes depends on other work of
    the machine, too. Its speed changes within a run as well, so the figure is the median of the
    ratios of calls that follow each other.
    """
    BUILD.mkdir(exist_ok=True)
    pairs: list[tuple[float, float]] = []
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(dir=BUILD)))
        headers = ("authorization", f"Bearer {_new_token(folder / 'guarded.db')}")
        servers = [
            (opened.enter_context(serving(folder, "guarded", "--auth", "required")), (headers,)),
            (opened.enter_context(serving(folder, "bare", "--auth", "off")), ()),
        ]
        callers = [
            (server.pid, TrainingServiceStub(_channel(opened, server.target)), metadata)
            for server, metadata in servers
        ]
        for repetition in range(_REPETITIONS + 1):
            order = (0, 1) if repetition % 2 else (1, 0)
            used = {each: _used(*callers[each]) for each in order}
            if repetition:  # the first ones are not counted
                pairs.append((used[0], used[1]))
    ours, without = (median(each) for each in zip(*pairs, strict=True))
    ratio = median(with_token / bare for with_token, bare in pairs)
    return [
        Row(
            "CreateTicket, an echo-sized call over gRPC, with a token: processor time",
            f"{ours:,.0f} µs",
            f"without authentication {without:,.0f} µs",
            f"{ratio:.3f} × its time",
            f"≤ {_MOST} ×",
            ratio <= _MOST,
        )
    ]


def _used(pid: int, stub: TrainingServiceStub, metadata: tuple[tuple[str, str], ...]) -> float:
    """Return the processor time of a call in µs."""
    before = _processor_nanoseconds(pid)
    for _ in range(_CALLS):
        stub.CreateTicket(pb.CreateTicketRequest(), metadata=metadata)
    return (_processor_nanoseconds(pid) - before) / _CALLS / 1e3


def _channel(opened: ExitStack, target: str) -> grpc.Channel:
    return opened.enter_context(grpc.insecure_channel(target))


def _processor_nanoseconds(pid: int) -> int:
    """Return how long the threads of a server have computed. Linux only."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((each / "schedstat").read_text().split()[0]) for each in threads)


def _new_token(database: Path) -> str:
    command = ["clearprop.cli", "admin-token", "--database", f"sqlite:///{database}"]
    done = subprocess.run(  # noqa: S603 (the project's own program)
        [sys.executable, "-m", *command], capture_output=True, check=True, text=True
    )
    return done.stdout.strip()


if __name__ == "__main__":
    sys.stdout.write("\n".join(map(str, rows())) + "\n")
