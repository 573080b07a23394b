"""The messages of an upload, which sends a training set in chunks and can be retried."""

from collections.abc import Iterable, Iterator
from itertools import count, zip_longest
from typing import Any

from clearprop.v1.training_service_pb2 import UploadTrainingSetRequest
from clearprop.v1.training_set_pb2 import Example
from clearprop.values import RowsLike, VectorLike, iterated, numbers_of

#: A message ends with the example that brings it to this count of numbers: 1 MiB.
_NUMBERS = 2**17

_NOTHING: Any = object()


class Upload:
    """One upload; iterate over it for its messages, once for each attempt to send it.

    An iterator yields its rows only once, so its messages are kept; an array is iterated over
    again. Iterating raises ValueError for rows that are not numbers, and if the numbers of inputs
    and targets differ.
    """

    def __init__(
        self, training_set: str, inputs: RowsLike, targets: RowsLike, request_id: str
    ) -> None:
        self._first = UploadTrainingSetRequest(training_set=training_set, request_id=request_id)
        self._inputs = _rows("inputs", inputs)
        self._targets = _rows("targets", targets)
        once = any(iter(rows) is rows for rows in (self._inputs, self._targets))
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
        rows = zip_longest(self._inputs, self._targets, fillvalue=_NOTHING)
        for place, (inputs, targets) in enumerate(rows):
            if inputs is _NOTHING or targets is _NOTHING:
                missing = "inputs" if inputs is _NOTHING else "targets"
                raise ValueError(
                    f"There are only {place} rows of {missing}: every example needs inputs and"
                    " targets."
                )
            example = _example(place, inputs, targets)
            message.examples.append(example)
            numbers += len(example.inputs) + len(example.targets)
            if numbers >= _NUMBERS:
                yield message
                message, numbers = UploadTrainingSetRequest(), 0
        # The service refuses an empty set; an empty last message is needless.
        if message.examples or message == self._first:
            yield message


def _rows(name: str, rows: RowsLike) -> Iterable[VectorLike]:
    try:
        return iterated(rows)
    except TypeError:
        raise ValueError(f"{name} must be rows of numbers, such as [[0, 1], [1, 0]].") from None


def _example(index: int, inputs: VectorLike, targets: VectorLike) -> Example:
    example = Example()
    for name, row in (("inputs", inputs), ("targets", targets)):
        try:
            getattr(example, name).extend(numbers_of(row, f"{name}[{index}]"))
        except TypeError:
            raise ValueError(f"{name}[{index}] must be a row of numbers, such as [0, 1].") from None
    return example
