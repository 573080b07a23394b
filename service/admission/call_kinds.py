"""What each call of the contract needs: which threads, and for how long."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from types import MappingProxyType


class Pool(StrEnum):
    """The threads of a call."""

    QUICK = auto()
    LISTING = auto()
    COMPUTING = auto()


@dataclass(frozen=True, slots=True)
class CallKind:
    """A kind of call.

    `pool` None: it needs no thread, and is admitted always. `seconds` is the limit of the time in
    which it must end; None: it ends when something happens for which its client waits.
    """

    pool: Pool | None
    seconds: str | None = None

    @property
    def is_quick(self) -> bool:
        """Whether the call ends so soon that it is not worth interrupting."""
        return self.pool is None or self.seconds == _QUICK_SECONDS


_QUICK_SECONDS = "quick_seconds"

#: Is answered in the event loop at once.
IMMEDIATE = CallKind(None)

#: Sends what is stored until the client has seen enough; `watches` limits how many there are.
WATCH = CallKind(None)

#: Reads or changes what is stored.
QUICK = CallKind(Pool.QUICK, _QUICK_SECONDS)

#: Reads a page of what is stored, which computes for up to 50 ms: one at a time of each client.
LISTING = CallKind(Pool.LISTING, _QUICK_SECONDS)

#: Changes what is stored and waits for a run, or for the client to send more.
WAITING = CallKind(Pool.QUICK)

#: Computes something from what is stored.
COMPUTING = CallKind(Pool.COMPUTING, "computing_seconds")

#: Computes a whole history again, or copies the whole store.
VERIFYING = CallKind(Pool.COMPUTING, "verifying_seconds")

CALL_KINDS: Mapping[str, CallKind] = MappingProxyType(
    {
        "CreateNetwork": QUICK,
        "ForkNetwork": QUICK,
        "GetNetwork": QUICK,
        "ListNetworks": LISTING,
        "UpdateNetwork": QUICK,
        "DeleteNetwork": QUICK,
        "DeleteUpdates": QUICK,
        "CreateTrainingSet": QUICK,
        "UploadTrainingSet": WAITING,
        "GetTrainingSet": QUICK,
        "ListTrainingSets": LISTING,
        "DeleteTrainingSet": QUICK,
        "Train": QUICK,
        "Step": WAITING,
        "PauseRun": WAITING,
        "ResumeRun": QUICK,
        "CancelRun": WAITING,
        "GetRun": QUICK,
        "ListRuns": LISTING,
        "GetState": COMPUTING,
        "ListUpdates": COMPUTING,
        "WatchUpdates": WATCH,
        "Predict": COMPUTING,
        "Evaluate": COMPUTING,
        "ProjectExamples": COMPUTING,
        "CheckGradients": COMPUTING,
        "ExportNetwork": COMPUTING,
        "VerifyHistory": VERIFYING,
        "SetWeights": QUICK,
        "ResetWeights": QUICK,
        "CompareUpdates": COMPUTING,
        "SummarizeUpdates": COMPUTING,
        "TraceUpdate": COMPUTING,
        "ExplainWeight": COMPUTING,
        "WalkUpdate": COMPUTING,
        "CreateToken": QUICK,
        "ListTokens": LISTING,
        "RevokeToken": QUICK,
        "CreateTicket": IMMEDIATE,
        "GetServerInfo": IMMEDIATE,
        "BackUpStore": VERIFYING,
        "ListAuditEntries": LISTING,
    }
)
