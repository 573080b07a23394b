"""What every error looks like over HTTP, as a JSON Schema."""

from typing import Any, Final

_DETAIL = {
    "type": "object",
    "description": "More about the error. Which fields there are depends on `@type`.",
    "required": ["@type"],
    "properties": {
        "@type": {
            "type": "string",
            "description": "What it is: `type.googleapis.com/google.rpc.ErrorInfo` always, "
            "`….BadRequest` where fields are bad, `….RetryInfo` where a retry helps.",
        },
        "reason": {
            "type": "string",
            "description": "Of ErrorInfo: a stable word for programs, such as `STALE_ETAG`.",
        },
        "domain": {"type": "string", "description": "Of ErrorInfo: `clearprop`."},
        "metadata": {
            "type": "object",
            "description": "Of ErrorInfo: what the error is about, such as `latest_update`.",
            "additionalProperties": {"type": "string"},
        },
        "fieldViolations": {
            "type": "array",
            "description": "Of BadRequest: every bad field.",
            "items": {
                "type": "object",
                "properties": {
                    "field": {
                        "type": "string",
                        "description": "Its path in the contract's spelling, such as "
                        "`settings.batch_size`.",
                    },
                    "description": {"type": "string", "description": "What is wrong with it."},
                },
            },
        },
        "retryDelay": {
            "type": "string",
            "description": "Of RetryInfo: how long to wait before a retry, such as `1s`.",
        },
    },
}

ERROR: Final[dict[str, Any]] = {
    "type": "object",
    "description": "What every call answers that is refused or fails.",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "description": "The error.",
            "required": ["code", "status", "message", "details"],
            "properties": {
                "code": {"type": "integer", "description": "The status code of HTTP."},
                "status": {
                    "type": "string",
                    "description": "The status code of the contract, such as `NOT_FOUND`.",
                },
                "message": {"type": "string", "description": "A sentence or two for people."},
                "details": {
                    "type": "array",
                    "description": "More for programs.",
                    "items": _DETAIL,
                },
            },
        }
    },
}
