"""The named columns of a training set, and how a network prepares them."""

from clearprop.v1 import table_pb2 as pb
from clearprop.values import Vector, enum_name, enum_word, vector_of


class InputColumn:
    """A column of inputs; `message` is the message of the contract."""

    __slots__ = ("message",)

    def __init__(self, message: pb.InputColumn) -> None:
        self.message = message

    @property
    def name(self) -> str:
        """The name."""
        return self.message.name

    @property
    def kind(self) -> str:
        """NUMBER, CATEGORY or BOOLEAN."""
        return enum_name(pb.ColumnKind, self.message.kind)

    @property
    def categories(self) -> list[str]:
        """The categories, in the order of their inputs; empty for numbers."""
        return list(self.message.categories)

    @property
    def has_missing(self) -> bool:
        """Whether values are missing, so that the column has an indicator."""
        return self.message.has_missing

    def __repr__(self) -> str:
        return f"<InputColumn {self.name!r} {self.kind}>"


class TableInfo:
    """The named columns of a training set; `message` is the message of the contract."""

    __slots__ = ("message",)

    def __init__(self, message: pb.Table) -> None:
        self.message = message

    @property
    def inputs(self) -> list[InputColumn]:
        """The columns of inputs, in the order of the inputs of networks."""
        return [InputColumn(each) for each in self.message.inputs]

    @property
    def target_kind(self) -> str:
        """NUMBERS, LABELS or CLASSES."""
        return enum_name(pb.TargetKind, self.message.targets.kind)

    @property
    def target_names(self) -> list[str]:
        """The names of the target columns."""
        return list(self.message.targets.names)

    @property
    def classes(self) -> list[str]:
        """The classes, in the order of the outputs; empty for other targets."""
        return list(self.message.targets.classes)

    @property
    def scaling(self) -> str | None:
        """How numbers are scaled: `standardize` or `min-max`; None if they are not."""
        found = self.message.scaling
        return enum_word(pb.Scaling, found) if found else None

    @property
    def missing(self) -> str | float | None:
        """What replaces missing numbers: `mean`, `median` or a number; None if nothing does."""
        filling = self.message.filling
        if filling.kind == pb.FILLING_KIND_CONSTANT:
            return filling.value
        return enum_word(pb.FillingKind, filling.kind) if filling.kind else None

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the inputs if they are an image or a grid; empty if they are not."""
        return tuple(self.message.shape)

    def __repr__(self) -> str:
        return f"<TableInfo {[each.name for each in self.inputs]} → {self.target_names}>"


class Preparation:
    """How a network turns named columns into inputs; `message` is the message of the contract."""

    __slots__ = ("message",)

    def __init__(self, message: pb.Preparation) -> None:
        self.message = message

    @property
    def table(self) -> TableInfo:
        """The columns, in the order of the inputs and outputs of the network."""
        return TableInfo(self.message.table)

    @property
    def fills(self) -> Vector:
        """What replaces a missing value of each input; empty if nothing does."""
        return vector_of(self.message.fills)

    @property
    def offsets(self) -> Vector:
        """What is subtracted from each input; empty without scaling."""
        return vector_of(self.message.offsets)

    @property
    def scales(self) -> Vector:
        """What each input is divided by after that; empty without scaling."""
        return vector_of(self.message.scales)

    @property
    def target_offsets(self) -> Vector:
        """What is added to each output after scaling back; empty without scaling."""
        return vector_of(self.message.target_offsets)

    @property
    def target_scales(self) -> Vector:
        """What each output is multiplied by; empty without scaling."""
        return vector_of(self.message.target_scales)

    @property
    def example_count(self) -> int:
        """The number of rows from which it was learned."""
        return self.message.example_count

    def __repr__(self) -> str:
        return f"<Preparation of {self.table} from {self.example_count} rows>"
