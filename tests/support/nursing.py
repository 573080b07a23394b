"""The program of a nursery: reads orders from its input, a line each, and answers with a number.

gRPC bears a fork as long as it has not begun to work, and nothing here uses it.
"""

import ctypes
import gc
import json
import os
import signal
import sys
from contextlib import redirect_stderr, redirect_stdout, suppress
from tempfile import TemporaryDirectory
from typing import TypedDict

from clearprop.cli import main
from clearprop.cli.command_group import Commands
from clearprop.cli.settings import configure_grpc

configure_grpc()  # before gRPC is loaded, as the program does it: Ray's forks would fail otherwise

from service import app  # noqa: E402, F401 (what a server would load by itself)
from service.kernels import warm_up  # noqa: E402


class _Input(TypedDict, total=False):
    given: str


class Order(_Input):
    """What is to be started: arguments, the files of its streams, its environment and its folder.

    Without `given`, its input is empty.
    """

    start: list[str]
    out: str
    err: str
    environment: dict[str, str]
    folder: str


def _fork(order: Order) -> int:
    pid = os.fork()
    if pid == 0:
        _let_anyone_trace()
        given = os.open(order.get("given", os.devnull), os.O_RDONLY)
        for source, target in (
            (given, 0),
            (_opened(order["out"]), 1),
            (_opened(order["err"]), 2),
        ):
            os.dup2(source, target)
        os.environ.clear()
        os.environ.update(order["environment"])
        os.chdir(order["folder"])
        _run(order["start"])
    return pid


def _opened(path: str) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)


def _let_anyone_trace() -> None:
    """Let a test trace this process, which is not its child, where only parents may."""
    if sys.platform == "linux":
        set_ptracer, any_process = 0x59616D61, ctypes.c_ulong(-1)
        ctypes.CDLL(None).prctl(set_ptracer, any_process)


def _run(arguments: list[str]) -> None:
    sys.argv = ["clearprop", *arguments]
    # The child's own: the nursery's have read ahead, and take pipes for files.
    sys.stdin = open(0)  # noqa: SIM115
    sys.stdout = open(1, "w")  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1)  # noqa: SIM115
    code = 1
    try:
        main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _load() -> None:
    """Load what commands and servers would load by themselves."""
    dict(Commands())
    warm_up()
    # A command that reads options and creates a store, which load what they need where they use it.
    with TemporaryDirectory() as folder, open(os.devnull, "w") as nowhere:  # noqa: PTH123
        sys.argv = ["clearprop", "admin-token", "--database", f"sqlite:///{folder}/clearprop.db"]
        with redirect_stdout(nowhere), redirect_stderr(nowhere), suppress(SystemExit):
            main()


def _nurse() -> None:
    _load()
    gc.freeze()  # else each child would copy the pages that its first collection visits
    children: set[int] = set()
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        order = json.loads(line)
        if "start" in order:
            answer = _fork(order)
            children.add(answer)
        else:
            _, status = os.waitpid(order["wait"], 0)
            answer = os.waitstatus_to_exitcode(status)
            children.discard(order["wait"])
        answers.write(f"{answer}\n")
        answers.flush()
    for pid in children:
        os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    _nurse()
