"""Ids, uids and labels."""

import re
import uuid
from collections.abc import Mapping
from types import MappingProxyType

from training.errors import LimitExceeded, Violations
from training.limits import Limits

_ID = re.compile(r"[a-z][a-z0-9-]{0,62}")
_LABEL_KEY = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_REQUEST_ID = re.compile(r"[\x20-\x7e]{1,128}")

#: The maximum number of labels of a network.
MOST_LABELS = 64
_LONGEST_LABEL = 255


def new_uid() -> str:
    """Return a uid, which is never reused: 32 hexadecimal digits."""
    return uuid.uuid4().hex


def new_id(prefix: str) -> str:
    """Return an id for a resource that was created without one: `network-3f9a01c27b4e`."""
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


def check_id(violations: Violations, field: str, value: str) -> None:
    """Require an id of the form [a-z][a-z0-9-]{0,62}."""
    violations.require(
        _ID.fullmatch(value) is not None,
        field,
        "must be 1 to 63 characters of a-z, 0-9 and '-', starting with a letter",
    )


def check_labels(violations: Violations, field: str, labels: dict[str, str]) -> None:
    """Require at most 64 labels with keys [a-z][a-z0-9_-]{0,62} and values up to 255 characters."""
    if not violations.require(
        len(labels) <= MOST_LABELS, field, f"must have at most {MOST_LABELS} labels"
    ):
        return
    for key, value in labels.items():
        violations.require(
            _LABEL_KEY.fullmatch(key) is not None,
            f"{field}.{key}",
            "must have a key of 1 to 63 characters of a-z, 0-9, '_' and '-', starting with a"
            " letter",
        )
        violations.require(
            len(value) <= _LONGEST_LABEL,
            f"{field}.{key}",
            f"must have at most {_LONGEST_LABEL} characters",
        )


def check_label_bytes(
    labels: Mapping[str, str], limits: Limits, before: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Require that labels are small enough, or not larger than `before`. Raises LimitExceeded."""
    size = _bytes_of(labels)
    if size > max(limits.label_bytes, _bytes_of(before)):
        raise LimitExceeded(
            f"the labels take {size:,} bytes, which exceeds the limit of {limits.label_bytes:,}"
            " bytes per network: use fewer or shorter labels",
            limit="label_bytes",
            value=limits.label_bytes,
        )


def _bytes_of(labels: Mapping[str, str]) -> int:
    return sum(len(text.encode()) for label in labels.items() for text in label)


def check_request_id(violations: Violations, field: str, value: str) -> None:
    """Require a request id of 1 to 128 printable ASCII characters."""
    violations.require(
        _REQUEST_ID.fullmatch(value) is not None,
        field,
        "must be 1 to 128 printable ASCII characters",
    )
