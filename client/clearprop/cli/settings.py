"""The settings of the commands, and the only reader of the environment in this distribution."""

import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

from clearprop.addresses import DEFAULT_SERVER
from clearprop.cli.profiles import read_profile

#: Settings that also have a variable.
_WITH_VARIABLE = ("server", "token", "ca", "cert", "key")

#: What proves who a user is to one server, and must not be sent to another one.
_PROOFS = ("token", "cert")


def server_settings(
    given: Mapping[str, Any], environment: Mapping[str, str] = os.environ
) -> tuple[str, dict[str, Any]]:
    """Return the target that a command connects to, and the options of `clearprop.connect`.

    Each is the given option, or that of the profile, or the variable, such as CLEARPROP_TOKEN.
    Raises ValueError.
    """
    name = given.get("profile") or environment.get("CLEARPROP_PROFILE")
    profile = read_profile(profile_file(environment), name) if name else {}
    values = {
        key: environment[variable].strip()
        for key in _WITH_VARIABLE
        if environment.get(variable := f"CLEARPROP_{key.upper()}", "").strip()
    }
    chosen = {key: value for key, value in given.items() if value is not None and key != "profile"}
    _check_proofs(f"{name}", profile, chosen)
    values |= profile | chosen
    return values.pop("server", DEFAULT_SERVER), values


def profile_file(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the file with profiles, in the folder for the configuration of the user."""
    folder = environment.get("XDG_CONFIG_HOME")
    return (Path(folder) if folder else Path.home() / ".config") / "clearprop" / "profiles.toml"


def configure_grpc(environment: MutableMapping[str, str] = os.environ) -> None:
    """Configure the gRPC library before it is loaded, unless the environment says otherwise.

    It writes nothing, because commands show the errors of calls themselves. And it does nothing if
    the process forks, as Ray does to start its own: it would lose calls that are made meanwhile.
    """
    environment.setdefault("GRPC_VERBOSITY", "NONE")
    environment.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")


def _check_proofs(name: str, profile: Mapping[str, Any], chosen: Mapping[str, Any]) -> None:
    """Raise ValueError if the proofs of a profile would be sent to another server."""
    other = chosen.get("server") not in {None, profile.get("server")}
    for proof in _PROOFS:
        if other and "server" in profile and proof in profile and proof not in chosen:
            raise ValueError(
                f"the profile {name} is for the server {profile['server']}: its {proof} is not sent"
                f" to {chosen['server']}; omit --profile, or pass --{proof}"
            )
