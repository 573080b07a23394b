"""The preparation of a network in C: from the columns of a row to inputs, and to answers."""

from collections.abc import Iterable, Iterator

from service.use_cases.exports.source.c_functions import number
from training.measures.target_meaning import middle_of
from training.network import Network
from training.tables.preparation import Preparation
from training.tables.table import ColumnKind, InputColumn, TargetKind

_HEAD = """\
/* The columns of a row, in this order: numbers, or the place of a category, which category finds.
   NAN is a missing value. */
enum {{ COLUMNS = {count} }};
const char *const column_names[COLUMNS] = {names};
"""

_CATEGORY = """\
/* Returns the place of a category in a column, the first of which is 0; -1 if there is none. */
double category(int column, const char *name) {
    for (int k = 0; k < category_counts[column]; k++)
        if (strcmp(categories[column][k], name) == 0) return k;
    return -1;
}
"""

_PREDICT = """\
/* Sets the outputs for one row: one for each of {names}. Returns 0, or the number, from 1, of a
   column that has no value and needs one, or that has no such category, an infinite number, or one
   that is neither 1 nor 0 for True and False. */
int predict(const double columns[COLUMNS], double outputs[OUTPUTS]) {{
    double inputs[INPUTS];
    int n = 0;
    for (int c = 0; c < COLUMNS; c++) {{
        double x = columns[c];
        int is_missing = x != x;
        if (is_missing ? !can_miss[c] : x - x != 0.0) return c + 1;
        if (category_counts[c]) {{
            int place = is_missing || x < 0.0 || x >= category_counts[c] ? -1 : (int)x;
            if (!is_missing && (place < 0 || place != x)) return c + 1;
            for (int k = 0; k < category_counts[c]; k++) inputs[n++] = k == place ? 1.0 : 0.0;
        }} else {{
            if (is_boolean[c] && !is_missing && x != 0.0 && x != 1.0) return c + 1;
            inputs[n++] = x;
        }}
        if (has_indicator[c]) inputs[n++] = is_missing ? 1.0 : 0.0;
    }}
{prepared}    forward(inputs, outputs);
{answered}    return 0;
}}
"""

_FILL = """\
    for (int i = 0; i < INPUTS; i++)
        if (inputs[i] != inputs[i]) inputs[i] = fills[i];
"""
_SCALE = "    for (int i = 0; i < INPUTS; i++) inputs[i] = (inputs[i] - offsets[i]) / scales[i];\n"
_SCALE_BACK = """\
    for (int k = 0; k < OUTPUTS; k++)
        outputs[k] = outputs[k] * target_scales[k] + target_offsets[k];
"""

_CLASS = """\
/* Returns the place of the largest output, the first of equals; -1 if one is not a number. */
int predicted_class(const double outputs[OUTPUTS]) {
    int best = 0;
    for (int k = 0; k < OUTPUTS; k++) {
        if (outputs[k] != outputs[k]) return -1;
        best = outputs[k] > outputs[best] ? k : best;
    }
    return best;
}
"""

_LABEL = """\
/* Returns whether a row has a label. */
int has_label(const double outputs[OUTPUTS], int label) {{
    return outputs[label] >= {middle};
}}
"""

_NAMES = {
    TargetKind.CLASSES: "class_names",
    TargetKind.LABELS: "label_names",
    TargetKind.NUMBERS: "target_names",
}


def c_preparation(network: Network) -> Iterator[str]:
    """Yield the constants and functions; nothing without a preparation."""
    preparation = network.preparation
    if preparation is None:
        return
    table, targets = preparation.table, preparation.table.targets
    columns = table.inputs
    yield _HEAD.format(count=len(columns), names=_texts(each.name for each in columns))
    yield "".join(_category_lines(columns))
    yield _CATEGORY
    yield "".join(_number_lines(preparation))
    name = _NAMES[targets.kind]
    yield f"const char *const {name}[OUTPUTS] = {_texts(targets.output_names)};\n"
    yield _PREDICT.format(
        names=name,
        prepared=_FILL * bool(preparation.fills) + _SCALE * bool(preparation.scales),
        answered=_SCALE_BACK * bool(preparation.target_scales),
    )
    if targets.kind is TargetKind.CLASSES:
        yield _CLASS
    elif targets.kind is TargetKind.LABELS:
        yield _LABEL.format(middle=number(float(middle_of(network))))


def _category_lines(columns: Iterable[InputColumn]) -> Iterator[str]:
    """Yield the categories of each column; numbers have none."""
    names, counts = [], []
    for place, column in enumerate(columns):
        counts.append(str(len(column.categories)))
        names.append(f"categories_{place}" if column.categories else "0")
        if column.categories:
            yield f"static const char *const categories_{place}[] = {_texts(column.categories)};\n"
    yield f"static const char *const *const categories[COLUMNS] = {{{', '.join(names)}}};\n"
    yield f"static const int category_counts[COLUMNS] = {{{', '.join(counts)}}};\n"


def _number_lines(preparation: Preparation) -> Iterator[str]:
    """Yield what is known of missing values, and the numbers that were learned."""
    table = preparation.table
    fills = table.fills
    can_miss = [each.has_missing or (fills and not each.categories) for each in table.inputs]
    yield f"static const int can_miss[COLUMNS] = {_flags(can_miss)};\n"
    indicators = _flags(each.has_missing for each in table.inputs)
    yield f"static const int has_indicator[COLUMNS] = {indicators};\n"
    booleans = _flags(each.kind is ColumnKind.BOOLEAN for each in table.inputs)
    yield f"static const int is_boolean[COLUMNS] = {booleans};\n"
    for name in ("fills", "offsets", "scales", "target_offsets", "target_scales"):
        numbers: tuple[float, ...] = getattr(preparation, name)
        if numbers:
            yield f"static const double {name}[] = {{{', '.join(map(number, numbers))}}};\n"


def _flags(flags: Iterable[bool]) -> str:
    return "{" + ", ".join(str(int(each)) for each in flags) + "}"


def _texts(texts: Iterable[str]) -> str:
    """Return an array of texts, whose bytes are UTF-8."""
    return "{" + ", ".join(map(_text, texts)) + "}"


def _text(text: str) -> str:
    """Return a literal of C with ASCII only; `?` could begin a trigraph."""
    plain = (
        chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\?' else f"\\{byte:03o}"
        for byte in text.encode()
    )
    return f'"{"".join(plain)}"'
