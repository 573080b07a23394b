"""Retention periods, for all stores."""

from datetime import datetime, timedelta

from training.ports import Answer

#: How long a request id and its answer are kept.
ANSWERS_KEPT = timedelta(days=7)


def has_expired(answer: Answer, now: datetime) -> bool:
    """Return whether an answer has expired."""
    return answer.create_time <= now - ANSWERS_KEPT
