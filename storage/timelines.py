"""Notices when a PostgreSQL database may have lost commits.

PostgreSQL begins a new timeline when a standby takes over or a backup is recovered, and a restored
dump is in another cluster: what was committed before may be gone. A server that crashes loses
commits, too, if `synchronous_commit` is off; so each start of a server counts as well.
"""

import logging
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

import psycopg

_logger = logging.getLogger(__name__)

#: The cluster and its timeline; when the server was started, and when it recovered from a crash of
#: one of its processes, which clears its statistics. Any user may read them.
_PLACE: Final = """
SELECT system_identifier || '/' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8),
       extract(epoch FROM pg_postmaster_start_time()) || '/' ||
       (SELECT coalesce(extract(epoch FROM stats_reset), 0) FROM pg_stat_bgwriter)
  FROM pg_control_system()
"""

#: For services that resemble PostgreSQL, and do not tell their timeline.
_START: Final = "SELECT '', extract(epoch FROM pg_postmaster_start_time())::text"


@dataclass(frozen=True, slots=True)
class Timeline:
    """Where a connection leads to: what was committed there is still there.

    `lineage` names the cluster and its timeline, `start` the start of the server.
    """

    lineage: str = ""
    start: str = ""


class Timelines:
    """The timeline that the latest connection of a process leads to. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._sql = _PLACE
        self.current = Timeline()
        #: How often the database has begun another timeline since this process opened it.
        self.changes = 0

    def of(self, connection: psycopg.Connection[Any], begin: str = "") -> Timeline:
        """Return the timeline that a connection leads to, and note it.

        `begin` are statements to execute before, all in one round trip. Raises psycopg.Error.
        """
        cursor = psycopg.Cursor(connection)  # text, which executes several statements at once
        try:
            cursor.execute(f"{begin}{self._sql}".encode())
        except psycopg.DatabaseError:
            if begin or connection.closed:
                raise
            self._sql = _START
            cursor.execute(self._sql.encode())
        while cursor.nextset():
            pass
        row = cursor.fetchone()
        assert row is not None
        found = Timeline(*row)
        self.note(found)
        return found

    def note(self, found: Timeline) -> None:
        """Note the timeline of a new connection: those to another one are not to be used."""
        with self._lock:
            known, self.current = self.current, found
            has_changed = known.start != "" and known.lineage != found.lineage
            self.changes += has_changed
        if has_changed:
            _logger.warning(
                "the database is on another timeline: commits may be lost which were acknowledged",
                extra={"timeline": found.lineage, "before": known.lineage},
            )
