"""`clearprop admin-token`: the first token of a store, or another one if it is lost."""

import re
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import clearprop
import pytest
from clearprop import ClearpropError
from console import invoke
from servers import ServerProcess, new_server

from service.access.secret import is_well_formed


def created(folder: Path, **variables: str) -> str:
    """Create a token of a store in this folder; return its secret."""
    done = invoke("admin-token", CLEARPROP_DATABASE=f"sqlite:///{folder}/clearprop.db", **variables)
    assert done.exit_code == 0, done.stderr
    assert done.stderr == "Token admin has the scope admin. Its secret is not shown again:\n"
    secret = done.stdout.removesuffix("\n")
    assert is_well_formed(secret)
    return secret


def test_the_first_token_of_a_store_admits_to_a_server_and_is_replaced_when_it_is_lost(
    tmp_path: Path,
) -> None:
    lost = created(tmp_path)
    assert lost.encode() not in (tmp_path / "clearprop.db").read_bytes()
    secret = created(tmp_path)
    with new_server(tmp_path, "--auth", "required") as server:
        with (
            clearprop.connect(server.target, token=lost) as client,
            pytest.raises(ClearpropError, match="unknown, or was revoked"),
        ):
            client.server_info()
        with clearprop.connect(server.target, token=secret) as client:
            (token,) = client.tokens()
            assert (token.name, token.message.HasField("expire_time")) == ("admin", False)
            entries = [*client.audit_entries()]
            assert [(each.principal, each.method, each.resource) for each in entries] == [
                ("command:admin-token", "CreateToken", "admin")
            ] * 2
        refused_while_it_runs(server, tmp_path)
        with clearprop.connect(server.target, token=secret) as client:
            assert [each.name for each in client.tokens()] == ["admin"]


def refused_while_it_runs(server: ServerProcess, folder: Path) -> None:
    done = invoke("admin-token", "--database", server.database)
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"The database {folder}/clearprop.db is in use by another server: stop that" in (
        done.stderr.replace("\n", " ")
    )


def test_only_the_owner_can_read_the_store(tmp_path: Path) -> None:
    created(tmp_path)
    files = [*tmp_path.iterdir()]
    assert tmp_path / "clearprop.db" in files
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


@pytest.mark.parametrize(
    ("database", "message"),
    [
        ("memory:", "A store in memory keeps no tokens. Use --database sqlite:///FILE."),
        ("mysql://host/db", "use sqlite:///"),
        ("sqlite:///newer.db", "newer version"),
        ("sqlite:///text.db", "is not a"),
    ],
)
def test_it_says_why_a_store_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    invoke("admin-token", "--database", "sqlite:///newer.db")
    with closing(sqlite3.connect("newer.db")) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
        newer.commit()
    Path("text.db").write_text("nonsense " * 999)
    done = invoke("admin-token", "--database", database)
    assert (done.exit_code, done.stdout) == (1, "")
    assert re.search(message, done.stderr), done.stderr
    assert "Traceback" not in done.stderr


def test_the_settings_come_from_a_file_too(tmp_path: Path) -> None:
    (tmp_path / "clearprop.toml").write_text(f'database = "sqlite:///{tmp_path}/other.db"\n')
    done = invoke("admin-token", CLEARPROP_CONFIG=str(tmp_path / "clearprop.toml"))
    assert done.exit_code == 0
    assert (tmp_path / "other.db").exists()
