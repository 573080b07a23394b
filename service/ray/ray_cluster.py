"""The actors in a cluster of Ray: the only module that calls Ray."""

import logging
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any

from service.ray.worker_actor import WorkerActor
from service.settings import Settings

if TYPE_CHECKING:
    from types import ModuleType

logger = logging.getLogger(__name__)

#: The value of `ray_address` that starts a cluster on this machine, which ends with the server; as
#: Ray has it.
LOCAL = "local"

#: How long a worker may take to stop, in seconds.
_STOP_SECONDS = 15.0

_NAME = "worker-{}"

#: What Ray reads when it is imported: it tells nobody of this cluster, leaves SIGTERM to us, and
#: does not start another cluster when the connection to this one is lost.
_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DISABLE_FAILURE_SIGNAL_HANDLER": "1",
    "RAY_ENABLE_AUTO_CONNECT": "0",
}


class RayMissing(ValueError):
    """Ray is not installed."""


class RayCluster:
    """Named, detached actors, each with a worker. Its methods block, and are not thread-safe."""

    def __init__(self, settings: Settings) -> None:
        """Connect to the cluster of the settings, or start one.

        Raises RayMissing, and ConnectionError if there is no cluster at the address.
        """
        self._ray = _imported()
        # Several actors on a machine could not have the same port for metrics.
        self._settings = replace(settings, threads=settings.ray_cpus, metrics=None)
        # Servers on the same database share their workers, and no others.
        database = sha256(settings.database.encode()).hexdigest()[:16]
        options: dict[str, Any] = {
            "address": settings.ray_address,
            "namespace": f"clearprop-{database}",
            "log_to_driver": False,
        }
        self._is_local = settings.ray_address == LOCAL
        if self._is_local:
            # On loopback: no other machine takes part. Ray replaces 127.0.0.1 by another address.
            options |= {"include_dashboard": False, "_node_ip_address": "127.0.0.2"}
        self._options = options
        self._cpus = settings.ray_cpus
        self.connect()

    def connect(self) -> None:
        """Connect, also again after the connection was lost or the cluster has ended.

        Raises ConnectionError if there is no cluster at the address.
        """
        self._ray.shutdown()
        try:
            with _sigterm_kept():
                self._ray.init(configure_logging=False, **self._options)
        except ConnectionError as error:
            raise ConnectionError(
                f"cannot connect to Ray at {self._options['address']}: {error}; if it"
                " requires a token, set RAY_AUTH_MODE=token and RAY_AUTH_TOKEN"
            ) from error
        self._actor_class = self._ray.remote(WorkerActor)

    def names(self) -> set[str]:
        """Return the names of the workers that there are, also of those that are restarting."""
        return set(self._ray.util.list_named_actors())

    def scale(self, count: int) -> None:
        """Start the workers that are missing, and stop those that are too many."""
        there = self.names()
        for number in range(count):
            name = _NAME.format(number)
            if name not in there:
                self._start(name)
        for name in sorted(there - {_NAME.format(number) for number in range(count)}):
            self._stop(name)

    def close(self) -> None:
        """Leave the cluster. Its workers go on; those of one that was started here stop first."""
        if self._is_local:
            self.scale(0)
        self._ray.shutdown()

    def _start(self, name: str) -> None:
        logger.info("starting a worker", extra={"worker": name})
        # `get_if_exists`: another server may start the same one at this moment.
        self._actor_class.options(
            name=name,
            lifetime="detached",
            get_if_exists=True,
            max_restarts=-1,
            num_cpus=self._cpus,
            scheduling_strategy="SPREAD",
        ).remote(self._settings)

    def _stop(self, name: str) -> None:
        logger.info("stopping a worker", extra={"worker": name})
        try:
            actor = self._ray.get_actor(name)
            self._ray.get(actor.stop.remote(), timeout=_STOP_SECONDS)
        except (ValueError, self._ray.exceptions.RayError) as error:
            # Another server stops the same one, or it has just died: its lease will expire.
            logger.warning("a worker did not stop: %s", error, extra={"worker": name})
            return
        self._ray.kill(actor)


@contextmanager
def _sigterm_kept() -> Iterator[None]:
    """Keep the handler of SIGTERM, which Ray would replace by one that exits at once.

    In other threads than the main thread Ray cannot replace it.
    """
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if current_thread() is main_thread():
            signal.signal(signal.SIGTERM, before)


def _imported() -> "ModuleType":
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)  # noqa: TID251 (variables of Ray)
    try:
        import ray  # noqa: PLC0415 (an extra, and its import takes half a second)
        import ray.util  # noqa: PLC0415
    except ImportError:
        raise RayMissing(
            "--workers ray needs Ray: install it with pip install 'clearprop-server[ray]'"
        ) from None
    return ray
