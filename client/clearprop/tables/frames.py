"""Tables in the memory of a Python program: frames, dicts, rows, and scikit-learn's data sets."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from clearprop.tables.bad_table import BadTable
from clearprop.tables.sources import Source
from clearprop.tables.values import RowsSource, ValuesSource

_FORMS = (
    "a frame of pandas or polars, an Arrow table, a dict of columns, a list of dicts, or a data set"
    " of scikit-learn"
)

TARGET = "target"


def source_of(data: Any) -> Source:  # noqa: ANN401 - whatever a caller gives
    """Return the source of a table that is in memory. Raises BadTable for what is not one."""
    if isinstance(data, Source):
        return data
    if hasattr(data, "data") and hasattr(data, "target") and isinstance(data, Mapping):
        return _bunch_source(data)
    if isinstance(data, Mapping):
        return _named(data.items())
    if hasattr(data, "columns"):
        return frame_source(data)
    if isinstance(data, Sequence) and data and all(isinstance(each, Mapping) for each in data):
        return RowsSource(data, _row)
    raise BadTable(f"A table is {_FORMS}.")


def frame_source(frame: Any) -> ValuesSource:  # noqa: ANN401 - libraries that may be missing
    """Return the columns of a frame of pandas or polars, or of an Arrow table."""
    return _named(_series_of(frame))


def _named(columns: Iterable[tuple[Any, Any]]) -> ValuesSource:
    """Return columns, some of which are series of a library."""
    found, categories = [], {}
    for name, series in columns:
        is_series = hasattr(series, "to_numpy") or hasattr(series, "to_pylist")
        values, declared = _values_of(series) if is_series else (series, ())
        found.append((str(name), values))
        if declared:
            categories[str(name)] = declared
    return ValuesSource(found, _row, categories)


def _row(index: int) -> str:
    return f"Row {index + 1:,}"


def _series_of(frame: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401
    if hasattr(frame, "iloc"):  # pandas, whose names need not be texts or unique
        return [(name, frame.iloc[:, place]) for place, name in enumerate(frame.columns)]
    if hasattr(frame, "get_columns"):  # polars
        return [(series.name, series) for series in frame.get_columns()]
    return list(zip(frame.column_names, frame.columns, strict=True))  # Arrow


def _values_of(series: Any) -> tuple[Any, Sequence[str]]:  # noqa: ANN401
    """Return the values of a series, and the categories that it declares."""
    kind = getattr(series, "dtype", None)
    declared = getattr(kind, "categories", None)
    if declared is not None:
        ordered = [str(each) for each in (declared() if callable(declared) else declared)]
        texts = series.to_list() if hasattr(series, "to_list") else list(series)
        return [_text_or_none(each) for each in texts], ordered
    if hasattr(series, "to_pylist"):
        numeric = series.null_count == 0 and str(series.type) in _ARROW_NUMBERS
        return (series.to_numpy() if numeric else series.to_pylist()), ()
    is_plain = getattr(kind, "kind", "") in ("i", "u", "f", "b") and not _may_have_nulls(kind)
    if is_plain:
        return series.to_numpy(), ()
    return series.to_list(), ()


_ARROW_NUMBERS = {
    *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float", "double", "halffloat"),
}


def _may_have_nulls(dtype: Any) -> bool:  # noqa: ANN401
    """Whether a type of pandas has a value for missing numbers beside NaN."""
    return hasattr(dtype, "na_value")


def _text_or_none(value: Any) -> Any:  # noqa: ANN401
    missing = value is None or value != value  # noqa: PLR0124 - NaN
    return None if missing else str(value)


def _bunch_source(data: Any) -> Source:  # noqa: ANN401
    """Return the features and the target of one of scikit-learn's data sets, with their names."""
    columns = _part(data.data, data.get("feature_names"), "feature")
    names = data.get("target_names")
    names = [] if names is None else [str(each) for each in names]
    if getattr(data.target, "ndim", 1) > 1:
        targets = _part(data.target, names or None, TARGET)
        source = ValuesSource([*columns, *targets], _row)
        source.default_targets = [name for name, _ in targets]
        return source
    values = data.target.tolist() if hasattr(data.target, "tolist") else list(data.target)
    classes = {}
    if names and all(isinstance(each, int) and 0 <= each < len(names) for each in values):
        values = [names[each] for each in values]
        classes[TARGET] = names
    source = ValuesSource([*columns, (TARGET, values)], _row, classes)
    source.default_targets = [TARGET]
    return source


def _part(rows: Any, names: Any, word: str) -> list[tuple[str, Any]]:  # noqa: ANN401
    if hasattr(rows, "columns"):
        return [(str(name), _values_of(series)[0]) for name, series in _series_of(rows)]
    count = rows.shape[1]
    listed = [f"{word}.{n}" for n in range(1, count + 1)] if names is None else names
    return [(str(name), rows[:, place]) for place, name in enumerate(listed)]
