"""What the OpenAPI document says that the contract's comments do not: how they go over HTTP."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

INTRODUCTION: Final = """
## Over HTTP

These are the calls of the gRPC contract, with the same names and the same answers. Comments name
fields as the contract spells them, such as `request_id`; in JSON that is `requestId`. Requests may
use either spelling, and one that names an unknown field is refused; `null` is as if the field were
absent. Answers have every field that is not said to be absent, also where it is 0 or empty. Enums
are words, whole numbers of 64 bits strings, numbers that are none `"NaN"`, `"Infinity"` and
`"-Infinity"`, times RFC 3339.

**Conditions and retries.** `ETag` and `If-Match` carry the `etag`: a stale one is 412.
`Idempotency-Key` carries the `request_id`.

**Streams** are server-sent events, or with `Accept: application/x-ndjson` one JSON object a line.
Events that carry updates have an `id`, from which an `EventSource` resumes by itself after a lost
connection. The last one is `event: end`. An error after the beginning is `event: error`, or a last
line with `error`.

**Errors** are one JSON object, `error`, with the status code of HTTP, that of the contract, a
message, and details. HTTP itself adds 404 and 405 (there is no such path or method), 406 (`Accept`
takes nothing that there is), 413 (the body is too large) and 415 (it is no JSON). The contract's
status codes are over HTTP:
"""

#: Which calls belong together, in the order in which they are shown.
TAGS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "networks": (
            "Make networks, use them, change them by hand.",
            (
                "CreateNetwork",
                "ForkNetwork",
                "GetNetwork",
                "ListNetworks",
                "UpdateNetwork",
                "DeleteNetwork",
                "SetWeights",
                "ResetWeights",
                "Predict",
                "Evaluate",
                "ExportNetwork",
            ),
        ),
        "training sets": (
            "The examples to learn from.",
            (
                "CreateTrainingSet",
                "UploadTrainingSet",
                "GetTrainingSet",
                "ListTrainingSets",
                "DeleteTrainingSet",
            ),
        ),
        "runs": (
            "Train in the background, or step by step.",
            (
                "Train",
                "Step",
                "PauseRun",
                "ResumeRun",
                "CancelRun",
                "GetRun",
                "ListRuns",
            ),
        ),
        "history": (
            "Watch updates live, and look them up later.",
            (
                "WatchUpdates",
                "ListUpdates",
                "GetState",
                "CompareUpdates",
                "VerifyHistory",
                "DeleteUpdates",
            ),
        ),
        "inside an update": (
            "Why a weight changed, down to the last product of the chain rule.",
            ("TraceUpdate", "ExplainWeight", "WalkUpdate", "CheckGradients"),
        ),
        "server": ("What this server is.", ("GetServerInfo",)),
    }
)
