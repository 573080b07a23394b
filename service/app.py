"""The composition root: assembles, starts and stops a server."""

import asyncio
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
from starlette.applications import Starlette

from service.admission.admission import Admission
from service.admission.call_kinds import Pool
from service.admission.heartbeat import Heartbeat
from service.authentication import Authentication
from service.clock import SystemClock
from service.execution.committing import commit_in_row
from service.execution.head_polling import HeadPolling
from service.execution.maintenance import Maintenance
from service.execution.outcomes import Outcomes
from service.execution.run_opening import RunOpening
from service.execution.side_process import SideProcess
from service.execution.wakeups import Wakeups
from service.execution.worker_counts import WorkerCounts
from service.executors import new_executor
from service.faces.grpc import methods
from service.faces.grpc.connection_limit import ConnectionLimit
from service.faces.grpc.health import SERVICE_NAME, Health
from service.faces.grpc.reflection import reflection_handlers
from service.faces.grpc.requests import Requests
from service.faces.grpc.server_options import server_options
from service.faces.handlers.audit import AuditHandlers
from service.faces.handlers.backups import BackupHandlers
from service.faces.handlers.edits import EditHandlers
from service.faces.handlers.exports import ExportHandlers
from service.faces.handlers.handlers import Handlers
from service.faces.handlers.history import HistoryHandlers
from service.faces.handlers.inspection import InspectionHandlers
from service.faces.handlers.measures import MeasureHandlers
from service.faces.handlers.networks import NetworkHandlers
from service.faces.handlers.runs import RunHandlers
from service.faces.handlers.server import ServerHandlers
from service.faces.handlers.tokens import TokenHandlers
from service.faces.handlers.training_sets import TrainingSetHandlers
from service.faces.handlers.watches import WatchHandlers
from service.faces.listeners import CannotListen, bound_socket, numeric_host
from service.faces.received_bytes import ReceivedBytes
from service.faces.responses import Responses
from service.faces.rest.bodies import Bodies
from service.faces.rest.browser_guard import Origins
from service.faces.rest.documentation.pages import documentation
from service.faces.rest.face import rest_app
from service.faces.rest.hosts import Hosts
from service.faces.rest.http_server import HttpServer
from service.faces.rest.metrics_page import metrics_page
from service.faces.rest.probes import probes
from service.faces.rest.routes import routes
from service.faces.rpcs import SERVICE, rpcs
from service.insight.insight import Insight
from service.insight.readiness import Readiness
from service.insight.readings import of_certificate, of_workers
from service.kernels import warm_up
from service.process import FreedMemory
from service.ray.ray_workers import RayWorkers
from service.reading.readers import Readers
from service.reading.watch_reader import WatchReader
from service.running import finish, run
from service.setting_checks import OFF, RAY
from service.settings import Settings
from service.threads import Threads
from service.use_cases.audit import AuditEntries
from service.use_cases.backups import Backups
from service.use_cases.comparisons import Comparisons
from service.use_cases.edits import Edits
from service.use_cases.evaluations import Evaluations
from service.use_cases.explanations import Explanations
from service.use_cases.exports import Exports
from service.use_cases.gradient_checks import GradientChecks
from service.use_cases.history import History
from service.use_cases.inspection import Inspection
from service.use_cases.networks import Networks
from service.use_cases.predictions import Predictions
from service.use_cases.projections import Projections
from service.use_cases.retention import Retention
from service.use_cases.runs import Runs
from service.use_cases.steps import Steps
from service.use_cases.summaries import Summaries
from service.use_cases.training_sets import TrainingSets
from service.use_cases.verification import Verification
from service.use_cases.walks import Walks
from service.use_cases.warnings import Warnings
from service.use_cases.watches import Watches
from service.web.pages import web_pages
from storage import open_store

if TYPE_CHECKING:
    from service.faces.tls.certificates import Certificates

logger = logging.getLogger(__name__)

#: Threads for what the server does itself: reading for watches, maintenance, starting, stopping.
_OWN_THREADS = 16

#: How long active calls have to finish when the server shuts down, in seconds.
_GRACE_SECONDS = 4.0

#: When those that do not finish are answered that the server stops: before gRPC cancels them, which
#: a client cannot tell from a cancellation of its own.
_ANSWER_SECONDS = _GRACE_SECONDS - 0.5

#: How long the store has to write what is queued when the server shuts down, in seconds.
_CLOSE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of a server, HOST:PORT; those that it does not have are None."""

    grpc: str
    http: str | None
    metrics: str | None = None


def _certificates(settings: Settings, threads: Threads) -> "Certificates | None":
    """Return the certificates of the settings; None without TLS. Raises InvalidTlsFiles."""
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    # Here, not above: a server without TLS does not need the library that reads certificates.
    from service.faces.tls.certificates import Certificates  # noqa: PLC0415
    from service.faces.tls.files import TlsFiles  # noqa: PLC0415

    client_ca = Path(settings.client_ca) if settings.client_ca else None
    files = TlsFiles(Path(settings.tls_cert), Path(settings.tls_key), client_ca)
    return Certificates(files, threads)


class Server:
    """A server: `await server.start()`, later `await server.stop()`."""

    def __init__(self, settings: Settings, loop: asyncio.AbstractEventLoop) -> None:
        clock, limits = SystemClock(), settings.limits
        self.threads = Threads(_OWN_THREADS, "own")
        self._tls = _certificates(settings, self.threads)
        self.store = open_store(settings.database, clock, limits, settings.direct_database)
        self.wakeups = Wakeups(loop)
        self.admission = Admission(limits)
        self.insight = Insight(self.store, clock, settings.audit_days)
        self._callers = Authentication(settings, self.store, clock, loop, self.threads)
        self.store.on_commit(self.wakeups.committed)
        readers = Readers.of(self.store)
        threads = settings.worker_threads, settings.threads_per_run
        self.executor = new_executor(self.store, readers, clock, *threads)
        self.side_process = SideProcess()
        self._workers = WorkerCounts(self.store, self.threads, self._connection_changed)
        self.training_sets = TrainingSets(self.store, readers.examples, clock, limits)
        watch_reader = WatchReader(self.store, readers.selections)
        self.watches = Watches(self.store, watch_reader, self.wakeups, self.threads, limits)
        history = History(self.store, readers.states, readers.selections)
        outcomes = Outcomes(self.store, self.wakeups, self.threads, clock)
        self.version = version("clearprop-server")
        self._limits = limits
        self.handlers = self._all_handlers(readers, outcomes, history, clock)
        self._rpcs = rpcs(
            self.handlers,
            Responses(outcomes, history),
            self._callers.access,
            self.admission,
            self.insight.calls,
            self.wakeups.check,
        )
        self.grpc = grpc.aio.server(options=server_options(limits))
        self._received = ReceivedBytes(limits)
        self.http = self._http_server(settings)
        self.health = Health([SERVICE.full_name])
        self._loop, self._settings = loop, settings
        self.readiness = Readiness(loop, lambda now: self.health.set(is_serving=now.is_ready))
        self.store.on_availability(self.readiness.store_changed)
        self._tasks = [
            *(Maintenance(self.store, self.threads), FreedMemory(self.threads)),
            *self.insight.background_tasks(),
            *self._callers.tasks,
        ]
        if self.store.is_shared:
            polling = HeadPolling(self.store, self.wakeups, self.threads)
            self._tasks += [polling, self._workers]
            self.store.on_commit(self.executor.committed)
        if settings.workers == RAY:
            self._tasks.append(RayWorkers.of(settings, self._workers, self.threads))
        self._heartbeat = Heartbeat(self.admission.beat, self.readiness.response_changed)
        self._connections = ConnectionLimit(limits, self.threads)
        self._metrics_server = self._server_of_metrics(settings)
        self.insight.observe_reading(readers, settings.traces, self.version)
        self.insight.read_metrics_of(
            *(readers, self.executor, self.watches, self.admission),
            lambda: self._received.total,
            self._refused_connections,
        )
        self.insight.metrics.read_from(of_certificate(self._certificate_end), ())
        self.insight.metrics.read_from(of_workers(self._workers), ())

    def _all_handlers(
        self, readers: Readers, outcomes: Outcomes, history: History, clock: SystemClock
    ) -> Handlers:
        limits, responses = self._limits, Responses(outcomes, history)
        opening = RunOpening(readers.examples, clock, limits)
        inspection = Inspection(self.store, readers.examples, readers.states, opening, limits)
        explanations, walks = Explanations(inspection, limits), Walks(inspection, limits)
        steps = Steps(self.store, self.executor, opening, clock)
        warnings = Warnings(self.store, readers.states, readers.examples)
        runs = Runs(self.store, self.executor, opening, warnings, clock)
        lines = self.admission.lines(partial(commit_in_row, self.store))
        return Handlers(
            networks=NetworkHandlers(Networks(self.store, readers.states, clock, limits), limits),
            training_sets=TrainingSetHandlers(self.training_sets, warnings, limits),
            runs=RunHandlers(runs, steps, outcomes, responses, limits, lines),
            edits=EditHandlers(Edits(self.store, readers.states, clock), responses),
            history=HistoryHandlers(
                history,
                Comparisons(self.store, readers.states),
                Summaries(self.store, readers.states, readers.examples, limits),
                inspection,
                Retention(self.store, readers.states, clock),
                Verification(self.store, readers.examples, clock),
            ),
            measures=MeasureHandlers(
                Predictions(self.store, readers.states, limits),
                Evaluations(self.store, readers.states, readers.examples, limits),
                Projections(self.store, readers.states, readers.examples, limits),
                GradientChecks(self.store, readers.states, readers.examples, limits),
            ),
            inspection=InspectionHandlers(inspection, explanations, walks, self.side_process),
            watches=WatchHandlers(self.watches),
            exports=ExportHandlers(Exports(self.store, readers.states)),
            backups=BackupHandlers(Backups(self.store, clock)),
            audit=AuditHandlers(AuditEntries(self.store), limits),
            tokens=TokenHandlers(self._callers.tokens, self._callers.tickets, limits),
            server=ServerHandlers(
                *(self.version, self.store.kind, limits, self._used),
                self._workers if self.store.is_shared else None,
            ),
        )

    async def start(self) -> Addresses:
        """Load the kernels, resume active runs, and listen; return the addresses.

        Raises CannotListen.
        """
        await self.threads.run(warm_up)
        await self.threads.run(self.training_sets.add_built_in)
        await self.threads.run(self._callers.load)
        requests = Requests(self._settings.limits, self._received, self.admission)
        handlers = methods.rpc_handlers(self._rpcs, requests, self.threads)
        described = reflection_handlers([SERVICE.full_name, SERVICE_NAME], self._callers.access)
        self.grpc.add_generic_rpc_handlers([handlers, self.health.rpc_handlers(), described])
        self.health.set(is_serving=True)
        self._log_start(await self.threads.run(self.executor.adopt))
        for task in self._tasks:
            task.start()
        self._heartbeat.start()
        if self._tls is not None:
            self._tls.start()
        addresses = self._bind()
        await self.grpc.start()
        limited = [addresses.grpc]
        if self._tls is not None and addresses.http is not None:
            limited.append(addresses.http)
        self._connections.watch(int(address.rpartition(":")[2]) for address in limited)
        for server in self._http_servers:
            await server.start()
        return addresses

    async def stop(self) -> bool:
        """Report NOT_SERVING, stop runs between two updates, end watches, and close the store.

        Return whether everything has ended. Connections and computations that do not end in time
        are abandoned: nothing of them is stored.
        """
        self.insight.calls.close()
        self.readiness.drain()
        await self._heartbeat.stop()
        await self.health.stop()
        for server in self._http_servers:
            server.close()
        self.wakeups.drain()
        self.admission.drain(Pool.COMPUTING)
        drain_rest = partial(self.admission.drain, Pool.QUICK, Pool.LISTING)
        last = self._loop.call_later(_ANSWER_SECONDS, drain_rest)
        stopping = [
            self.threads.begin(self.executor.stop),
            asyncio.create_task(self.grpc.stop(_GRACE_SECONDS)),
            *(asyncio.create_task(task.stop()) for task in self._tasks),
            asyncio.create_task(self._connections.stop()),
        ]
        stopping.append(self.threads.begin(self.insight.close))
        if self._tls is not None:
            stopping.append(asyncio.create_task(self._tls.stop()))
        stopping += [asyncio.create_task(server.stop()) for server in self._http_servers]
        has_stopped = await finish(stopping, _GRACE_SECONDS + 1)
        last.cancel()
        self.side_process.stop()
        self.insight.flush()
        closing = self.threads.begin(self.store.close)
        is_closed = await finish([closing], _CLOSE_SECONDS)
        have_ended = [self.admission.stop(), self.threads.stop()]
        return has_stopped and is_closed and all(have_ended)

    def _connection_changed(self, is_connected: bool) -> None:
        self.readiness.connection_changed(is_connected)

    def _certificate_end(self) -> float:
        return math.inf if self._tls is None else self._tls.ends.timestamp()

    def _refused_connections(self) -> dict[str, int]:
        http = 0 if self.http is None else self.http.refused_connections
        return {"grpc": self._connections.closed, "http": http}

    @property
    def _http_servers(self) -> list[HttpServer]:
        return [each for each in (self.http, self._metrics_server) if each is not None]

    def _log_start(self, resumed: int) -> None:
        if resumed and not self.store.is_shared:  # else workers resume them
            fields = {"runs": resumed}
            logger.info("resuming the runs that were active when the server stopped", extra=fields)

    def _used(self) -> dict[str, int]:
        """Return how much of some limits is used now, by the names of the limits."""
        return {
            "watches": self.watches.count,
            "waiting_calls": self.admission.waiting,
            "received_bytes": self._received.total,
            "store_bytes": self.store.used_bytes,
        }

    def _http_server(self, settings: Settings) -> HttpServer | None:
        if settings.http == OFF:
            return None
        served = routes(self._rpcs)
        pages = [
            *documentation(served, self.version),
            *web_pages(settings.allow_embed, lessons=settings.lessons),
            *probes(lambda: self.readiness.status),
        ]
        if settings.metrics is None:
            pages.append(metrics_page(self.insight.metrics, self.threads, self._callers.access))
        hosts = Hosts(settings.http, settings.allow_host)
        origins = Origins(settings.allow_origin, settings.allow_embed)
        bodies = Bodies(settings.limits, self._received)
        app = rest_app(served, pages, bodies, hosts, origins, self.threads)
        tls = None if self._tls is None else self._tls.http_context
        return HttpServer(app, settings.limits, _GRACE_SECONDS, tls)

    def _server_of_metrics(self, settings: Settings) -> HttpServer | None:
        if settings.metrics is None:
            return None
        app = Starlette(routes=[metrics_page(self.insight.metrics, self.threads)])
        return HttpServer(app, settings.limits, _GRACE_SECONDS)

    def _bind(self) -> Addresses:
        grpc = self._settings.grpc
        host, _, port = grpc.rpartition(":")
        # gRPC does not report why it cannot listen, and writes to stderr: so this is tried first.
        with bound_socket(grpc, "--grpc") as bound:
            target = f"{numeric_host(bound)}:{port}"
        try:
            if self._tls is None:
                bound_port = self.grpc.add_insecure_port(target)
            else:
                bound_port = self.grpc.add_secure_port(target, self._tls.grpc_credentials())
        except RuntimeError:
            raise CannotListen(f"cannot listen on {grpc}") from None
        http = None if self.http is None else self.http.bind(self._settings.http)
        metrics = None
        if self._metrics_server is not None and self._settings.metrics is not None:
            metrics = self._metrics_server.bind(self._settings.metrics, "--metrics")
        return Addresses(f"{host}:{bound_port}", http, metrics)


def serve(settings: Settings, announce: Callable[[Addresses], None]) -> bool:
    """Run a server until SIGTERM or SIGINT; call `announce` with its addresses when it is ready.

    Return whether everything has ended; otherwise the program must exit without waiting for it.
    Raises CannotListen, and the errors of opening the store.
    """
    return run(lambda loop: Server(settings, loop), announce)
