"""The parts of the OpenAPI document that are not in the comments of the contract."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

INTRODUCTION: Final = """
## Over HTTP

The calls are those of the gRPC contract, with the same names, requests and responses.
Descriptions use the field names of the contract, such as `request_id`; in JSON, this is
`requestId`. Requests can use both spellings. Unknown fields are rejected, and `null` means that a
field is absent. Responses contain all fields except those described as absent, even if they are 0
or empty. Enum values are names, 64-bit integers are strings, non-finite numbers are `"NaN"`,
`"Infinity"` and `"-Infinity"`, and times are in the format of RFC 3339.

**Conditions and retries.** The headers `ETag` and `If-Match` contain the `etag`; a stale one fails
with 412. The header `Idempotency-Key` contains the `request_id`.

**Streams** are server-sent events or, with `Accept: application/x-ndjson`, one JSON object per
line. Events with updates have an `id`, from which an `EventSource` resumes automatically after a
lost connection. The last event is `event: end`. An error during the stream is `event: error`, or a
last line with `error`.

**Many numbers.** GetState and Predict also return arrays of float64: with
`Accept: application/octet-stream` a safetensors file, and GetState with `application/x-npy` the
parameters for `numpy.load`. `numberFormat` rounds the numbers of a state to 32 or 16 bits, in which
these files have them.

**Errors** are a JSON object, `error`, with the HTTP status code, the gRPC status code, a message
and details. The HTTP status codes 404 and 405 also mean an unknown path or method, 406 that
`Accept` does not allow any available type, 413 that the body is too large, and 415 that it is not
JSON. The gRPC status codes have these HTTP status codes:
"""

#: The groups of calls, in display order.
TAGS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "networks": (
            "Create, use, edit and delete networks.",
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
                "ProjectExamples",
                "ExportNetwork",
            ),
        ),
        "training sets": (
            "Create and manage training examples.",
            (
                "CreateTrainingSet",
                "UploadTrainingSet",
                "GetTrainingSet",
                "ListTrainingSets",
                "DeleteTrainingSet",
            ),
        ),
        "runs": (
            "Train in the background or step by step.",
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
            "Watch updates live, read them later, and verify them.",
            (
                "WatchUpdates",
                "ListUpdates",
                "GetState",
                "CompareUpdates",
                "SummarizeUpdates",
                "VerifyHistory",
                "DeleteUpdates",
            ),
        ),
        "inside an update": (
            "Why a weight changed, down to each product of the chain rule.",
            ("TraceUpdate", "ExplainWeight", "WalkUpdate", "CheckGradients"),
        ),
        "access": (
            "Manage the tokens of callers.",
            ("CreateToken", "ListTokens", "RevokeToken", "CreateTicket"),
        ),
        "server": (
            "Version, limits and supported functions; backups.",
            ("GetServerInfo", "BackUpStore", "ListAuditEntries"),
        ),
    }
)
