"""Many updates at once, as columns of numbers."""

from collections.abc import Sequence

from clearprop.v1.update_pb2 import UpdateColumns, UpdateKind
from clearprop.values import Matrix, Vector, enum_name, matrix_of, vector_of


class Columns:
    """Updates of one kind and one run in order: a row of numbers for each, as arrays.

    They are consecutive, or what a stride leaves. The contract's own message is `message`; the
    properties say the same in Python's words, and leave out the rows that were read before.
    """

    __slots__ = ("_passed", "message")

    def __init__(self, message: UpdateColumns, passed: int = 0) -> None:
        self.message = message
        self._passed = passed

    @property
    def numbers(self) -> range:
        """The numbers of the updates."""
        message = self.message
        first, stride = message.first_update, max(1, message.stride)
        return range(first, first + message.count * stride, stride)[self._passed :]

    @property
    def kind(self) -> str:
        """What changed the parameters: INITIAL, GRADIENT, EDIT or RESET."""
        return enum_name(UpdateKind, self.message.kind)

    @property
    def run(self) -> int | None:
        """The number of the run that made them; None where no run did."""
        return self.message.run or None

    @property
    def costs(self) -> Vector:
        """The mean cost of each batch, measured before the update [n]; none where no run did it."""
        return vector_of(self.message.costs)[self._passed :]

    @property
    def parameters(self) -> Matrix:
        """The parameters after each update [n, parameters]; no rows where they were not asked for.

        They lie layer after layer, the weights row after row, then the biases; where some were
        chosen, in that order.
        """
        return self._matrix(self.message.parameters)

    @property
    def gradients(self) -> Matrix:
        """The mean gradient of each batch [n, parameters] in the same order, if asked for."""
        return self._matrix(self.message.gradients)

    def _matrix(self, values: Sequence[float]) -> Matrix:
        return matrix_of(values, max(1, len(values) // self.message.count))[self._passed :]

    def __len__(self) -> int:
        return len(self.numbers)

    def __repr__(self) -> str:
        return f"<Columns {self.kind} run={self.run} {self.numbers}>"
