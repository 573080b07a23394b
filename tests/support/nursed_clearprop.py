"""A program: `clearprop` as a child of a nursery, which has the streams of this process."""

import json
import os
import socket
import sys

if __name__ == "__main__":
    _order = {
        "start": sys.argv[1:],
        "given": f"/proc/{os.getpid()}/fd/0",
        "out": f"/proc/{os.getpid()}/fd/1",
        "err": f"/proc/{os.getpid()}/fd/2",
        "environment": dict(os.environ),
        "folder": os.getcwd(),  # noqa: PTH109 (pathlib takes longer to load than all else)
    }
    with socket.socket(socket.AF_UNIX) as _nursery:
        _nursery.connect(os.environ["NURSERY"])
        _nursery.sendall(json.dumps(_order).encode() + b"\n")
        sys.exit(int(_nursery.makefile().readline()))
