"""What authentication costs: a server that requires a token, and one that does not, in turn.

`python -m bench.access` prints the row.
"""

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import grpc
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub

from bench.peers.compiling import BUILD
from bench.report import Row
from bench.serving import serving

_CALLS = 500
_REPETITIONS = 20
_MOST = 1.05


def rows() -> list[Row]:
    """Measure the smallest call, whose request is empty, with and without a token.

    What both servers compute is compared: how long a call takes depends on other work of the
    machine, too.
    """
    BUILD.mkdir(exist_ok=True)
    seconds = [0.0, 0.0]
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
            for index, (pid, stub, metadata) in enumerate(callers):
                before = _processor_seconds(pid)
                for _ in range(_CALLS):
                    stub.CreateTicket(pb.CreateTicketRequest(), metadata=metadata)
                if repetition:  # the first ones are not counted
                    seconds[index] += _processor_seconds(pid) - before
    ours, without = (each / _REPETITIONS / _CALLS * 1e6 for each in seconds)
    return [
        Row(
            "CreateTicket, an echo-sized call over gRPC, with a token: processor time",
            f"{ours:,.0f} µs",
            f"without authentication {without:,.0f} µs",
            f"{ours / without:.3f} × its time",
            f"≤ {_MOST} ×",
            ours / without <= _MOST,
        )
    ]


def _channel(opened: ExitStack, target: str) -> grpc.Channel:
    return opened.enter_context(grpc.insecure_channel(target))


def _processor_seconds(pid: int) -> float:
    """Return how long a server has computed. Linux only."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _new_token(database: Path) -> str:
    command = ["clearprop.cli", "admin-token", "--database", f"sqlite:///{database}"]
    done = subprocess.run(  # noqa: S603 (the project's own program)
        [sys.executable, "-m", *command], capture_output=True, check=True, text=True
    )
    return done.stdout.strip()


if __name__ == "__main__":
    sys.stdout.write("\n".join(map(str, rows())) + "\n")
