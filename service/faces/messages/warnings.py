"""Warnings."""

from collections.abc import Sequence

from clearprop.v1 import warning_pb2

from training.warnings.warning import TrainingWarning


def warnings(source: Sequence[TrainingWarning]) -> list[warning_pb2.Warning]:
    """Convert warnings."""
    return [
        warning_pb2.Warning(code=each.code.value, message=each.message, action=each.action)
        for each in source
    ]
