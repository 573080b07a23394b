"""The messages of an upload, which sends a training set in chunks and can be retried."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count, zip_longest
from typing import Any

from clearprop.v1.training_service_pb2 import UploadTrainingSetRequest
from clearprop.v1.training_set_pb2 import Example, ImageShape
from clearprop.values import (
    RowsLike,
    TargetsLike,
    VectorLike,
    WeightsLike,
    iterated,
    numbers_of,
    target_row,
    weights_of_examples,
)

#: A message ends with the example that brings it to this count of numbers: 1 MiB.
_NUMBERS = 2**17

_NOTHING: Any = object()


class Upload:
    """One upload; iterate over it for its messages, once for each attempt to send it.

    An iterator yields its rows only once, so its messages are kept; an array is iterated over
    again. Iterating raises ValueError for rows that are not numbers, and if the numbers of inputs,
    targets and weights differ.
    """

    def __init__(  # noqa: PLR0913 - what a training set has
        self,
        training_set: str,
        inputs: RowsLike,
        targets: TargetsLike,
        request_id: str,
        weights: WeightsLike | None = None,
        *,
        image_shape: ImageShape | None = None,
        class_names: Sequence[str] = (),
        replace: bool = False,
    ) -> None:
        self._first = UploadTrainingSetRequest(
            training_set=training_set,
            request_id=request_id,
            replace=replace,
            image_shape=image_shape,
            class_names=class_names,
        )
        self._columns: dict[str, Iterable[Any]] = {
            "inputs": _rows("inputs", inputs),
            "targets": _rows("targets", targets),
        }
        if weights is not None:
            self._columns["weights"] = _rows("weights", weights)
        once = any(iter(rows) is rows for rows in self._columns.values())
        self._kept: list[UploadTrainingSetRequest] | None = [] if once else None
        self._rest: Iterator[UploadTrainingSetRequest] | None = None

    def __iter__(self) -> Iterator[UploadTrainingSetRequest]:
        if self._kept is None:
            yield from self._messages()
            return
        if self._rest is None:
            self._rest = self._messages()
        for place in count():
            if place == len(self._kept):
                message = next(self._rest, None)
                if message is None:
                    return
                self._kept.append(message)
            yield self._kept[place]

    def _messages(self) -> Iterator[UploadTrainingSetRequest]:
        message = UploadTrainingSetRequest()
        message.CopyFrom(self._first)
        numbers = 0
        rows = zip_longest(*self._columns.values(), fillvalue=_NOTHING)
        for place, row in enumerate(rows):
            for name, part in zip(self._columns, row, strict=True):
                if part is _NOTHING:
                    raise ValueError(_missing(name, place))
            example = _example(place, *row)
            message.examples.append(example)
            numbers += len(example.inputs) + len(example.targets)
            if numbers >= _NUMBERS:
                yield message
                message, numbers = UploadTrainingSetRequest(), 0
        # The service refuses an empty set; an empty last message is needless.
        if message.examples or message == self._first:
            yield message


def _missing(name: str, count: int) -> str:
    if name == "weights":
        return f"There are only {count} weights: every example needs one, or none has."
    return f"There are only {count} rows of {name}: every example needs inputs and targets."


def _rows(name: str, rows: TargetsLike | WeightsLike) -> Iterable[Any]:
    try:
        return iterated(rows)
    except TypeError:
        if name == "weights":
            raise ValueError("weights must be numbers, such as [1, 0.5].") from None
        raise ValueError(f"{name} must be rows of numbers, such as [[0, 1], [1, 0]].") from None


def _example(index: int, inputs: VectorLike, targets: VectorLike, *weight: float) -> Example:
    example = Example()
    for number in weights_of_examples(weight, f"weights[{index}]"):
        example.weight = number
    for name, row in (("inputs", inputs), ("targets", target_row(targets))):
        try:
            getattr(example, name).extend(numbers_of(row, f"{name}[{index}]"))
        except TypeError:
            raise ValueError(f"{name}[{index}] must be a row of numbers, such as [0, 1].") from None
    return example
