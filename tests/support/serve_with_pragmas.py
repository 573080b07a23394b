"""A program: `clearprop serve` with other settings of SQLite, which the product has no switch for.

The first argument is the number of commits after which a checkpoint follows. The second is `queued`
if only the thread of the store may write, or `direct`. The next ones, up to a `--`, are pragmas;
each takes the place of the product's own.
"""

import sys
from collections.abc import Callable
from typing import TypeVar

from clearprop.cli import main

from storage import sqlite
from storage.queued_store import QueuedStore
from training.ports import Writer

T = TypeVar("T")


def _name(pragma: str) -> str:
    return pragma.partition("=")[0].strip()


def _queued(store: QueuedStore, work: Callable[[Writer], T], uid: str = "") -> T:
    return store.write(work, uid).result()


if __name__ == "__main__":
    _end = sys.argv.index("--")
    _pragmas, _arguments = sys.argv[3:_end], sys.argv[_end + 1 :]
    _others = {_name(pragma) for pragma in _pragmas}
    _kept = [pragma for pragma in sqlite._WRITER_PRAGMAS if _name(pragma) not in _others]
    setattr(sqlite, "_WRITER_PRAGMAS", (*_kept, *_pragmas))  # noqa: B010 (it has a fixed length)
    setattr(sqlite, "_COMMITS_PER_CHECKPOINT", int(sys.argv[1]))  # noqa: B010
    if sys.argv[2] == "queued":
        setattr(QueuedStore, "commit", _queued)  # noqa: B010
    sys.argv = ["clearprop", *_arguments]
    main()
