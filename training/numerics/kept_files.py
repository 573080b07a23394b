"""Files that are made once for a machine: where they are, and how they are written."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path


def folders(source: Path) -> Iterator[Path]:
    """Return the folders in which files that belong to a source are looked for, in this order.

    NUMBA_CACHE_DIR; or the cache beside the source, and else the cache of the user. Any of them may
    be read-only, such as that in the image of a container.
    """
    if given := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(given)
    else:
        yield source.parent / "__pycache__"
        caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        yield Path(caches) / "clearprop"


def keep(source: Path, contents: Mapping[str, bytes]) -> None:
    """Write files, by name, into the first folder that is writable; none may be."""
    for folder in folders(source):
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            for name, content in contents.items():
                _write(folder / name, content)
            return


def _write(path: Path, content: bytes) -> None:
    """Write a file that others see as a whole or not at all."""
    own = path.with_name(f".{path.name}.{os.getpid()}")
    own.write_bytes(content)
    own.replace(path)
