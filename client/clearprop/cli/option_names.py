"""The options of a command that set the fields of its request."""

from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from typing import Any

#: Parameters of commands with other names than the fields that they set. A field of a part of a
#: request may also be set by a parameter with the name of both, such as `validation_share`.
_PARAMETERS = {
    "before_update": ("before",),
    "class_names": ("classes",),
    "clipping.norm": ("clip_norm",),
    "clipping.value": ("clip_value",),
    "columns": ("table",),
    "contributions": ("why",),
    "cost_function": ("cost",),
    "dropout.rates": ("dropout",),
    "end_update": ("last",),
    "example_count": ("examples",),
    "example_indices": ("examples",),
    "first_position": ("place",),
    "first_step": ("first",),
    "format": ("file_format",),
    "image_shape": ("shape",),
    "labels": ("label",),
    "layer_sizes": ("layers",),
    "lifetime_seconds": ("expires",),
    "max_bins": ("bins",),
    "max_points": ("points",),
    "next": ("next_update",),
    "page_size": ("most",),
    "parameter_count": ("parameters",),
    "position_count": ("examples",),
    "start_update": ("first", "start"),
    "step_count": ("lines",),
    "stop.non_finite_cost": ("stop_on_non_finite_cost",),
    "training_set": ("on", "name"),
    "unit": ("by_epochs",),
    "until_run": ("run",),
    "validation.training_set": ("validation_set",),
    "view": ("full",),
}


#: The parameters of the current command, of a class that Typer keeps private.
CURRENT: ContextVar[Sequence[Any]] = ContextVar("parameters", default=())


def option_of(field: str) -> str:
    """Return the option of the current command that sets a field of its request.

    Items of a list count from 1, as everywhere in commands. A field that an argument sets, or
    nothing, is unchanged.
    """
    parameters = {each.name: each for each in CURRENT.get()}
    name, _, rest = field.partition("[")
    for each in _parameters_of(name.removeprefix("settings.")):
        found = parameters.get(each)
        if found is not None and found.param_type_name == "option":
            index = rest.partition("]")[0]
            item = f", item {int(index) + 1}" if index.isdecimal() else ""
            return f"{found.opts[0]}{item}"
        if found is not None:
            break
    return field


def _parameters_of(field: str) -> Iterator[str]:
    """Yield the names of parameters that may set a field, the most likely first."""
    parent, _, name = field.rpartition(".")
    yield from _PARAMETERS.get(field, ())
    if parent:
        yield parent if name == "kind" else f"{parent}_{name}"
        yield from _PARAMETERS.get(name, ())
    yield name
