"""Changes of parameters: new values set by a client, and differences between updates."""

from collections.abc import Iterable
from typing import TypeAlias

from clearprop.parameter_results import ParameterResult
from clearprop.snapshots import Snapshot
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.network_pb2 import Initializer, InitializerKind
from clearprop.values import enum_name, numbers_of

#: Layer (from 1), unit, input (from 0, None for the bias), and the value.
NewValue: TypeAlias = tuple[int, int, int | None, float]


def weight_values(values: Iterable[NewValue]) -> list[pb.WeightValue]:
    """Return new values of single parameters as messages of the contract."""
    return [
        pb.WeightValue(layer=layer, unit=unit, input=source, value=_number(value))
        for layer, unit, source, value in values
    ]


def _number(value: float) -> float:
    try:
        return numbers_of([value], "values")[0]
    except TypeError:
        raise ValueError(f"The new value of a parameter must be a number, not {value!r}.") from None


class Reset(Snapshot):
    """The update that reset all parameters, and its initializer."""

    __slots__ = ("initializer",)

    def __init__(self, response: pb.ResetWeightsResponse) -> None:
        super().__init__(response.update)
        self.initializer: Initializer = response.initializer

    @property
    def recipe(self) -> str:
        """The kind of initializer, such as `UNIFORM`; `EXPLICIT` for given parameters."""
        return enum_name(InitializerKind, self.initializer.kind)

    @property
    def seed(self) -> int | None:
        """The seed of the initializer; None if it used no random numbers."""
        return self.initializer.seed if self.initializer.HasField("seed") else None


class WeightChange(ParameterResult[pb.WeightChange]):
    """The values of one parameter in two updates; `message` is the message of the contract."""

    __slots__ = ()

    @property
    def before(self) -> float:
        """The value after the first update."""
        return self.message.before

    @property
    def after(self) -> float:
        """The value after the second update."""
        return self.message.after

    @property
    def change(self) -> float:
        """After − before."""
        return self.message.change

    def __repr__(self) -> str:
        return f"<WeightChange {self._place}: {self.before!r} to {self.after!r}>"


class Comparison:
    """The differences between two updates; `message` is the message of the contract."""

    __slots__ = ("message",)

    def __init__(self, message: pb.CompareUpdatesResponse) -> None:
        self.message = message

    @property
    def base(self) -> Snapshot:
        """The first update, without its parameters."""
        return Snapshot(self.message.base)

    @property
    def update(self) -> Snapshot:
        """The second update, without its parameters."""
        return Snapshot(self.message.update)

    @property
    def changed_count(self) -> int:
        """The number of parameters that differ."""
        return self.message.changed_count

    @property
    def changes(self) -> list[WeightChange]:
        """The largest changes, largest first, up to the requested number."""
        return [WeightChange(each) for each in self.message.changes]

    def __repr__(self) -> str:
        return (
            f"<Comparison of {self.base.number} and {self.update.number}:"
            f" {self.changed_count} parameters differ>"
        )
