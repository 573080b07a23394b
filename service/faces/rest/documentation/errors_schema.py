"""The JSON Schema of errors over HTTP."""

from typing import Any, Final

_DETAIL = {
    "type": "object",
    "description": "Details of the error. The fields depend on `@type`.",
    "required": ["@type"],
    "properties": {
        "@type": {
            "type": "string",
            "description": "The type: always `type.googleapis.com/google.rpc.ErrorInfo`; also "
            "`….BadRequest` if fields are invalid, and `….RetryInfo` if a retry can help.",
        },
        "reason": {
            "type": "string",
            "description": "In ErrorInfo: a stable identifier for programs, such as `STALE_ETAG`.",
        },
        "domain": {"type": "string", "description": "In ErrorInfo: `clearprop`."},
        "metadata": {
            "type": "object",
            "description": "In ErrorInfo: related values, such as `latest_update`.",
            "additionalProperties": {"type": "string"},
        },
        "fieldViolations": {
            "type": "array",
            "description": "In BadRequest: all invalid fields.",
            "items": {
                "type": "object",
                "properties": {
                    "field": {
                        "type": "string",
                        "description": "The path of the field with the names of the contract, "
                        "such as `settings.batch_size`.",
                    },
                    "description": {"type": "string", "description": "Why it is invalid."},
                },
            },
        },
        "retryDelay": {
            "type": "string",
            "description": "In RetryInfo: how long to wait before a retry, such as `1s`.",
        },
    },
}

ERROR: Final[dict[str, Any]] = {
    "type": "object",
    "description": "The response of every call that fails.",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "description": "The error.",
            "required": ["code", "status", "message", "details"],
            "properties": {
                "code": {"type": "integer", "description": "The HTTP status code."},
                "status": {
                    "type": "string",
                    "description": "The gRPC status code, such as `NOT_FOUND`.",
                },
                "message": {"type": "string", "description": "A human-readable message."},
                "details": {
                    "type": "array",
                    "description": "Details for programs.",
                    "items": _DETAIL,
                },
            },
        }
    },
}
