"""A server that is attacked ends in time when it is told to, and its store is sound."""

import signal
import sys
import time
from pathlib import Path

import pytest
from clearprop.v1 import training_service_pb2 as pb
from promises import IS_LONG, Promise
from servers import new_server
from stored import left_in

from bench.attacks.attack import Victim
from bench.attacks.table import ATTACKS
from bench.clients import SOURCE, Attacker, Healthy

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="uses 127.0.0.2")

#: How long a server may take to end, in seconds.
MOST_SECONDS = 10

#: In the quick form one that computes, one that holds memory and one that floods.
NAMES = sorted(ATTACKS) if IS_LONG else ["gradient-checks", "held", "rapid-reset"]


@pytest.mark.parametrize("name", NAMES)
def test_sigterm_in_an_attack_is_obeyed_and_leaves_a_sound_store(
    name: str, tmp_path: Path, promise: Promise
) -> None:
    with new_server(tmp_path, http=True) as server:
        http = server.http.removeprefix("http://")
        ATTACKS[name].prepare(Victim(server.target, http, SOURCE))
        healthy = Healthy(server.target, http, [("step", "train", "http-step")])
        attacker = Attacker(name, server.target, http)
        time.sleep(1)
        assert server.process is not None
        logged, began = len(server.said()), time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=MOST_SECONDS) == 0
        seconds = time.monotonic() - began
        attacker.kill()
        healthy.stop()
        lines = server.said()[logged:].splitlines()
        assert len(lines) <= 1, lines
        with left_in(tmp_path):
            server.start()
        with server.stub() as stub:
            for network in ("good-step", "good-http-step"):
                for _ in stub.VerifyHistory(pb.VerifyHistoryRequest(network=network)):
                    pass
    promise("sigterm in an attack ends a server", seconds=round(seconds, 1))
