"""Limits from options of the command line and from the environment."""

import pytest

from service.settings import Settings
from training.limits import Limits, described


def test_every_limit_is_a_setting() -> None:
    texts = [f"{limit.name}={limit.most - 1}" for limit in described(Limits())]
    by_options = Settings.from_environment({}, limits=texts).limits
    by_variable = Settings.from_environment({"CLEARPROP_LIMITS": " ".join(texts)}).limits
    assert by_options == by_variable
    assert all(limit.value == limit.most - 1 for limit in described(by_options))


def test_options_take_precedence_over_the_variable_and_the_last_one_counts() -> None:
    environment = {"CLEARPROP_LIMITS": "networks=1 watches=2"}
    limits = Settings.from_environment(environment, limits=["networks=3", "networks=4"]).limits
    assert (limits.networks, limits.watches) == (4, 2)
    assert limits.layers == Limits().layers


def test_sizes_can_have_units() -> None:
    limits = Settings.from_environment({"CLEARPROP_LIMITS": "store_bytes=20GiB"}).limits
    assert limits.store_bytes == 20 * 2**30


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
        Settings.from_environment({}, limits=[setting])
    assert message in str(error.value)
    if setting:
        with pytest.raises(ValueError, match=r"^CLEARPROP_LIMITS: "):
            Settings.from_environment({"CLEARPROP_LIMITS": setting})
