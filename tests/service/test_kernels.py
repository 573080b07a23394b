"""The kernels of a server are loaded without what compiled them."""

import subprocess
import sys

import pytest
from baseline import IS_X86

#: What takes much of the time and the memory of a start, and what may use it.
_NOT_LOADED = {
    "numba": "kernels that are not on disk",
    "llvmlite.binding": "kernels of other systems",
    "cryptography": "TLS, client certificates and JWTs",
    "sqlalchemy.dialects.postgresql": "PostgreSQL",
    "alembic": "migrations",
    "clearprop._sync": "commands that call a server",
}

_PROGRAM = """
import sys
import clearprop.cli.commands, service.cli.serving, service.app
from service.kernels import warm_up
warm_up()
print(*sys.modules)
"""


@pytest.mark.skipif(
    not IS_X86 or sys.platform != "linux", reason="on other systems LLVM loads the kernels"
)
def test_a_server_loads_no_library_that_it_does_not_use() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True
    )
    assert set(done.stdout.split()) & set(_NOT_LOADED) == set()
