"""Attacks a server until the input ends: `python -m bench.attacks ATTACK GRPC HTTP SOURCE`.

Writes `attacking` when it begins, and at the end what the server answered, as JSON.
"""

import json
import os
import resource
import sys
from threading import Event, Thread

from bench.attacks.attack import Outcomes, Victim
from bench.attacks.table import ATTACKS

#: How long an attack may take to close its connections, in seconds.
_END_SECONDS = 0.1


def main(name: str, grpc: str, http: str, source: str) -> None:
    """Run one attack."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    attack, victim = ATTACKS[name], Victim(grpc, http, source)
    ended, outcomes = Event(), Outcomes()
    thread = Thread(target=attack.run, args=(victim, ended, outcomes), daemon=True)
    thread.start()
    sys.stdout.write("attacking\n")
    sys.stdout.flush()
    sys.stdin.read()
    ended.set()
    thread.join(_END_SECONDS)
    sys.stdout.write(json.dumps(outcomes.counts) + "\n")
    sys.stdout.flush()
    os._exit(0)  # threads that wait for a server keep nobody waiting


if __name__ == "__main__":
    main(*sys.argv[1:])
