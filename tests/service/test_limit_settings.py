"""Limits from options of the command line and from the environment."""

import re
from pathlib import Path

import pytest

from service.settings import read_settings
from training.limits import Limits, described


def test_every_limit_is_a_setting() -> None:
    texts = [f"{limit.name}={limit.most - 1}" for limit in described(Limits())]
    by_options = read_settings({}, limits=texts).settings.limits
    by_variable = read_settings({"CLEARPROP_LIMITS": " ".join(texts)}).settings.limits
    assert by_options == by_variable
    assert all(limit.value == limit.most - 1 for limit in described(by_options))


def test_options_take_precedence_over_the_variable_and_the_last_one_counts() -> None:
    environment = {"CLEARPROP_LIMITS": "networks=1 watches=2"}
    limits = read_settings(environment, limits=["networks=3", "networks=4"]).settings.limits
    assert (limits.networks, limits.watches) == (4, 2)
    assert limits.layers == Limits().layers


def test_sizes_can_have_units() -> None:
    limits = read_settings({"CLEARPROP_LIMITS": "store_bytes=20GiB"}).settings.limits
    assert limits.store_bytes == 20 * 2**30


def test_each_limit_comes_from_its_own_first_source(tmp_path: Path) -> None:
    file = tmp_path / "clearprop.toml"
    file.write_text('[limits]\nnetworks = 1\nwatches = 2\nlayers = 3\nstore_bytes = "20GiB"\n')
    read = read_settings(
        {"CLEARPROP_LIMITS": "networks=4 watches=5", "CLEARPROP_CONFIG": str(file)},
        limits=["networks=6"],
    )
    limits = read.settings.limits
    assert (limits.networks, limits.watches, limits.layers) == (6, 5, 3)
    assert limits.store_bytes == 20 * 2**30
    assert read.sources["limits.networks"] == "--limit"
    assert read.sources["limits.watches"] == "CLEARPROP_LIMITS"
    assert read.sources["limits.layers"] == str(file)
    assert read.sources["limits.parameters"] == "default"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("limits = 5", "limits in FILE must be a table, such as"),
        (
            "[limits]\nnetwork = 5",
            "limits in FILE: unknown limit 'network': did you mean networks?",
        ),
        ("[limits]\nnetworks = 1.5", "limits in FILE: 'networks=1.5' does not set a limit"),
        ("[limits]\nnetworks = true", "limits in FILE: 'networks=True' does not set a limit"),
        ("[limits]\nnetworks = 0", "limits in FILE: the limit networks must be 1 to"),
    ],
)
def test_a_limit_of_a_file_that_cannot_be_used_is_named(
    tmp_path: Path, table: str, message: str
) -> None:
    file = tmp_path / "clearprop.toml"
    file.write_text(table)
    with pytest.raises(ValueError, match=re.escape(message.replace("FILE", str(file)))):
        read_settings({}, config=str(file))


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("network=5", "unknown limit 'network': did you mean networks?"),
        ("Store-Bytes=5", "unknown limit 'Store-Bytes': did you mean store_bytes?"),
        ("x=5", "unknown limit 'x': `clearprop info` lists the limits"),
        ("", "unknown limit '': `clearprop info` lists the limits"),
        ("networks", "'networks' does not set a limit: use networks=VALUE with a whole number"),
        ("networks=-1", "'networks=-1' does not set a limit: use networks=VALUE with a whole"),
        ("networks=\uff12", "does not set a limit"),
        ("networks=" + "1" * 5_000, "does not set a limit"),
        ("networks=1KiB", "networks is not a size: use a number without KiB"),
        ("networks=0", f"the limit networks must be 1 to {2**53}, not 0"),
        ("layers=1", f"the limit layers must be 2 to {2**53}, not 1"),
        ("request_bytes=2GiB", f"the limit request_bytes must be 1024 to {2**31 - 1}, not {2**31}"),
    ],
)
def test_what_cannot_be_used_is_reported_with_the_name_of_its_setting(
    setting: str, message: str
) -> None:
    with pytest.raises(ValueError, match=r"^--limit: ") as error:
        read_settings({}, limits=[setting])
    assert message in str(error.value)
    if setting:
        with pytest.raises(ValueError, match=r"^CLEARPROP_LIMITS: "):
            read_settings({"CLEARPROP_LIMITS": setting})
