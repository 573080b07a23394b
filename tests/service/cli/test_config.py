"""`clearprop config show`: each setting, its value, and where it comes from."""

import json
from dataclasses import fields, replace
from pathlib import Path

import pytest
from console import Clearprop

from service import settings
from service.settings import SETTINGS, read_settings
from training.limits import Limits


def test_every_setting_is_shown_with_its_value_and_its_source(
    clearprop: Clearprop, tmp_path: Path
) -> None:
    file = tmp_path / "clearprop.toml"
    file.write_text('allow-origin = ["https://a", "https://b"]\nlimits.networks = 7\n')
    shown = clearprop(
        *("config", "show", "--config", str(file), "--database", "memory:"),
        CLEARPROP_GRPC="[::1]:1",
    ).stdout
    rows = [line.split("  ") for line in shown.splitlines()]
    cells = {tuple(cell.strip() for cell in row if cell) for row in rows}
    assert {
        ("grpc", "[::1]:1", "CLEARPROP_GRPC"),
        ("http", "127.0.0.1:8080", "default"),
        ("allow-host", "-", "default"),
        ("allow-origin", "https://a https://b", str(file)),
        ("database", "memory:", "--database"),
        ("limits.networks", "7", str(file)),
        ("limits.layers", "64", "default"),
    } <= cells
    assert len(rows) == len(SETTINGS) - 1 + len(fields(Limits))


def test_settings_are_shown_as_json(clearprop: Clearprop) -> None:
    (line,) = clearprop("config", "show", "--json", "--threads", "2").stdout.splitlines()
    document = json.loads(line)
    assert document["threads"] == {"value": 2, "source": "--threads"}
    assert document["allow-host"] == {"value": [], "source": "default"}


def test_an_invalid_setting_is_reported_with_its_source(
    clearprop: Clearprop, tmp_path: Path
) -> None:
    file = tmp_path / "clearprop.toml"
    file.write_text("htpp = 'off'\n")
    (line,) = clearprop("config", "show", "--config", str(file), code=1).stderr.splitlines()
    assert line == f"Error: The file {file} has an unknown setting 'htpp': did you mean http?"


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = [
        replace(each, declared=replace(each.declared, is_secret=True))
        for each in SETTINGS
        if each.name == "database"
    ]
    monkeypatch.setattr(settings, "SETTINGS", secret)
    assert read_settings({}).values() == {"database": "(secret)"}


def test_passwords_in_urls_are_not_shown() -> None:
    url = "postgresql://ann:s3cr3t@host/store"
    found = read_settings({"CLEARPROP_DATABASE": url, "CLEARPROP_DIRECT_DATABASE": url}).values()
    assert found["database"] == found["direct-database"] == "postgresql://ann:***@host/store"
