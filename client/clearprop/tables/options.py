"""The options of a table in Python, and what is wrong with them."""

from collections.abc import Iterable, Sequence
from math import isfinite
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypedDict, cast

from clearprop.image_shapes import image_shape_of
from clearprop.tables.bad_table import BadTable
from clearprop.tables.examples import Examples, Layout, read_examples
from clearprop.tables.files import opened_table
from clearprop.tables.frames import source_of
from clearprop.v1.table_pb2 import Table as TableMessage

#: How numbers are scaled.
ScalingName: TypeAlias = Literal["standardize", "min-max"]

#: What replaces missing numbers.
FillingLike: TypeAlias = Literal["mean", "median"] | float

#: The name of a column; integers, as in a frame without a header, are names as text.
NameLike: TypeAlias = str | int

#: Names of columns: one, or several.
NamesLike: TypeAlias = NameLike | Sequence[NameLike]


#: A table: a frame of pandas or polars, an Arrow table, a dict of columns, a list of dicts, a data
#: set of scikit-learn, the path of a file, or examples that were read from one of them.
TableLike: TypeAlias = Any


class TableOptions(TypedDict, total=False):
    """Options of a table: see `Client.upload_table`."""

    targets: NamesLike
    inputs: NamesLike
    weights: NameLike
    one_hot: bool
    classes: Sequence[str]
    categories: NamesLike
    scaling: ScalingName | None
    missing: FillingLike | None
    image_shape: Sequence[int] | None


def examples_of(
    data: TableLike,
    options: TableOptions,
    like: TableMessage | None = None,
) -> Examples:
    """Return the examples of a table in memory, or in the file at a path.

    Raises ValueError, with the place and what to do, if the table or an option is not valid.
    """
    if isinstance(data, Examples):
        return data
    layout = _layout(options, like)
    try:
        if isinstance(data, Path):
            with opened_table(data) as source:
                return read_examples(source, layout)
        return read_examples(source_of(data), layout)
    except BadTable as error:
        raise error.for_python() from None


def _layout(options: TableOptions, like: TableMessage | None) -> Layout:
    scaling, filling = options.get("scaling") or "", options.get("missing")
    if scaling not in ("", "standardize", "min-max"):
        raise ValueError(f"Unknown scaling {scaling!r}. Use one of standardize, min-max.")
    if isinstance(filling, str) and filling not in ("mean", "median"):
        raise ValueError(f"missing must be 'mean', 'median' or a number, not {filling!r}.")
    if isinstance(filling, float) and not isfinite(filling):
        raise ValueError(f"missing must be a finite number, not {filling!r}.")
    return Layout(
        targets=_names(options.get("targets", ())),
        inputs=_names(options.get("inputs", ())),
        weights=str(options.get("weights", "")),
        one_hot=options.get("one_hot", False),
        classes=[str(each) for each in options.get("classes", ())],
        categories=_names(options.get("categories", ())),
        scaling=scaling,
        filling=cast("str | float | None", filling),
        image_shape=image_shape_of(options.get("image_shape")),
        like=like,
    )


def _names(names: NamesLike) -> list[str]:
    if isinstance(names, str) or not isinstance(names, Iterable):
        return [str(names)]
    return [str(each) for each in names]
