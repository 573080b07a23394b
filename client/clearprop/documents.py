"""Conversion of exported JSON documents to requests that create networks.

Errors name every problem of a document with its path.
"""

import json
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from itertools import pairwise
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard

from clearprop.file_types import binary_type
from clearprop.prepared_documents import read_preparation
from clearprop.v1.network_pb2 import Activation, CostFunction, LayerParameters
from clearprop.v1.run_pb2 import Optimizer, OptimizerKind, OptimizerState
from clearprop.v1.training_service_pb2 import CreateNetworkRequest
from clearprop.values import EnumT, enum_value

if TYPE_CHECKING:
    from google.protobuf.internal.enum_type_wrapper import _EnumTypeWrapper

#: An argument that is a document: its text, or the object parsed from it.
DocumentLike: TypeAlias = bytes | str | Mapping[str, Any]

FORMAT = "clearprop-network"

#: The newest supported version.
VERSION = 2

#: The largest request that the service accepts, in bytes.
REQUEST_BYTES = 16 * 2**20

_LARGEST_LAYER = 2**31 - 1
_OPTIMIZER_NUMBERS = ("momentum", "beta1", "beta2", "epsilon", "weight_decay", "dampening")
_WEIGHTS_ONLY = "decay_weights_only"
_MOST_PROBLEMS = 10

#: The fields that a document is read from.
_FIELDS = (
    "format",
    "version",
    "layer_sizes",
    "activations",
    "bias",
    "cost_function",
    "labels",
    "layers",
    "optimizer_state",
    "preparation",
)

#: The least similarity of a misspelt name to the known one.
_CLOSE = 0.75


def read_document(document: DocumentLike) -> CreateNetworkRequest:
    """Return the request to create the network of a document, without an id.

    Raises ValueError if the document is not an exported network, has a newer version, has errors,
    or is too large for a request.
    """
    fields = _parsed(document)
    if fields.get("format") != FORMAT:
        raise ValueError(
            f'The document is not an exported network: its "format" is not "{FORMAT}".'
            " Export the network as JSON."
        )
    version = fields.get("version")
    if not _is_whole(version) or version < 1:
        raise ValueError(f'The "version" of the document must be at least 1, not {version!r}.')
    if version > VERSION:
        raise ValueError(
            f"The document has version {version}, and this client supports versions up to"
            f" {VERSION}: install a newer client."
        )
    reader = _Reader(fields)
    request = reader.request()
    reader.refuse()
    if request.ByteSize() > REQUEST_BYTES:
        raise ValueError(
            f"The network has {request.ByteSize():,} bytes, and a request can have"
            f" {REQUEST_BYTES:,}: to import it without its optimizer state, set optimizer_state to"
            " null in the document."
        )
    return request


def _parsed(document: DocumentLike) -> Mapping[str, Any]:
    if isinstance(document, Mapping):
        return document
    try:
        fields = json.loads(document if isinstance(document, bytes) else document.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        problem = _problem(document, error)
        raise ValueError(f"The document is {problem}. Export the network as JSON.") from None
    return fields if isinstance(fields, dict) else {}


def _problem(document: bytes | str, error: Exception) -> str:
    """Return why a document cannot be parsed, for "The document is …"."""
    kind = binary_type(document) if isinstance(document, bytes) else None
    match error:
        case _ if kind is not None:
            return f"{kind}, not JSON"
        case UnicodeDecodeError():
            return f"not UTF-8 text (byte {error.start + 1})"
        case json.JSONDecodeError():
            return f"not valid JSON (line {error.lineno}, column {error.colno}: {error.msg})"
        case RecursionError():
            return "not valid JSON (it is nested too deeply)"
        case _:  # Python's limit for the digits of an integer
            return "not valid JSON (a number has too many digits)"


class _Reader:
    """Reads the fields of one document and collects its problems."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._fields = fields
        self._problems: list[str] = []

    def request(self) -> CreateNetworkRequest:
        """Return the request, with the fields that are valid."""
        sizes = self._sizes()
        self._look_for_misspelt("", self._fields, _FIELDS)
        bias = self._fields.get("bias")
        self._require(isinstance(bias, bool), "bias must be true or false")
        request = CreateNetworkRequest(
            layer_sizes=sizes,
            activations=self._activations(len(sizes) - 1),
            cost_function=self._value(
                CostFunction, self._fields.get("cost_function"), "cost_function"
            ),
            bias=bias is True,
            labels=self._labels(),
        )
        if sizes:
            request.initial_parameters.extend(self._layers(sizes, bias=bias is True))
        state = self._fields.get("optimizer_state")
        if state is not None:
            request.optimizer_state.CopyFrom(self._optimizer_state(state))
        prepared = self._fields.get("preparation")
        if prepared is not None:
            request.preparation.CopyFrom(read_preparation(self._problems.append, prepared))
        return request

    def refuse(self) -> None:
        """Raise ValueError with all problems, if there are any."""
        if not self._problems:
            return
        more = len(self._problems) - _MOST_PROBLEMS
        shown = self._problems[:_MOST_PROBLEMS] + ([f"and {more} more"] if more > 0 else [])
        raise ValueError(f"The document is not valid: {'; '.join(shown)}.")

    def _require(self, holds: bool, problem: str) -> bool:
        if not holds:
            self._problems.append(problem)
        return holds

    def _look_for_misspelt(
        self, place: str, fields: Mapping[str, Any], known: Collection[str]
    ) -> None:
        """Find unknown fields with nearly the name of a known one that is absent.

        Other unknown fields are ignored: an export has more fields than an import needs.
        """
        absent = [name for name in known if name not in fields]
        for name in fields:
            meant = [] if name in known else get_close_matches(name, absent, 1, _CLOSE)
            if meant:
                self._problems.append(f"unknown field {place}{name}: did you mean {meant[0]}?")

    def _sizes(self) -> list[int]:
        sizes = self._fields.get("layer_sizes")
        fine = (
            isinstance(sizes, list | tuple)
            and len(sizes) >= 2
            and all(_is_whole(size) and 1 <= size <= _LARGEST_LAYER for size in sizes)
        )
        self._require(fine, "layer_sizes must be at least two integers, each at least 1")
        return list(sizes) if fine and sizes is not None else []

    def _activations(self, layers: int) -> "list[Activation.ValueType]":
        words = self._fields.get("activations")
        if not isinstance(words, list | tuple) or (layers > 0 and len(words) != layers):
            self._problems.append("activations must have one name for each layer after the inputs")
            return []
        return [
            self._value(Activation, word, f"activations[{place}]")
            for place, word in enumerate(words)
        ]

    def _value(self, enum: "_EnumTypeWrapper[EnumT]", word: object, place: str) -> EnumT:
        nothing = enum.values()[0]
        try:
            value = enum_value(enum, word) if isinstance(word, str) else nothing
        except ValueError as error:
            self._problems.append(f"{place}: {str(error).rstrip('.')}")
            return nothing
        self._require(value != nothing, f"{place} must be a name")
        return value

    def _labels(self) -> dict[str, str]:
        labels = self._fields.get("labels") or {}
        fine = isinstance(labels, Mapping) and all(
            isinstance(text, str) for pair in labels.items() for text in pair
        )
        return dict(labels) if self._require(fine, "labels must be an object of texts") else {}

    def _layers(self, sizes: list[int], *, bias: bool) -> list[LayerParameters]:
        layers = self._fields.get("layers")
        wanted = len(sizes) - 1
        if not isinstance(layers, list | tuple) or len(layers) != wanted:
            self._problems.append(
                f"layers must have {wanted} items, one for each layer after the inputs"
            )
            return []
        return [
            self._layer(f"layers[{place}]", layer, shape, bias=bias)
            for place, (layer, shape) in enumerate(zip(layers, pairwise(sizes), strict=True))
        ]

    def _layer(
        self, place: str, layer: object, shape: tuple[int, int], *, bias: bool
    ) -> LayerParameters:
        inputs, units = shape
        parts = layer if isinstance(layer, Mapping) else {}
        self._look_for_misspelt(f"{place}.", parts, {"weights", "biases"})
        rows = parts.get("weights")
        weights: list[float] = []
        if self._require(
            isinstance(rows, list | tuple) and len(rows) == units,
            f"{place}.weights must have {units} rows, one for each unit",
        ):
            for unit, row in enumerate(rows or ()):
                weights += self._numbers(f"{place}.weights[{unit}]", row, inputs)
        biases = parts.get("biases", [])
        return LayerParameters(
            units=units,
            inputs=inputs,
            weights=weights,
            biases=self._numbers(f"{place}.biases", biases, units if bias else 0),
        )

    def _optimizer_state(self, state: object) -> OptimizerState:
        fields = state if isinstance(state, Mapping) else {}
        self._look_for_misspelt("optimizer_state.", fields, {"optimizer", "values"})
        settings = fields.get("optimizer")
        if not isinstance(settings, Mapping):
            self._problems.append("optimizer_state must be null or have a field optimizer")
            return OptimizerState()
        self._look_for_misspelt(
            "optimizer_state.optimizer.", settings, {"kind", _WEIGHTS_ONLY, *_OPTIMIZER_NUMBERS}
        )
        optimizer = Optimizer(
            kind=self._value(OptimizerKind, settings.get("kind"), "optimizer_state.optimizer.kind")
        )
        weights_only = settings.get(_WEIGHTS_ONLY, False)
        place = f"optimizer_state.optimizer.{_WEIGHTS_ONLY}"
        if self._require(isinstance(weights_only, bool), f"{place} must be true or false"):
            optimizer.decay_weights_only = bool(weights_only)
        for name in _OPTIMIZER_NUMBERS:
            if settings.get(name) is not None:
                place = f"optimizer_state.optimizer.{name}"
                for number in self._numbers(place, [settings[name]], 1):
                    setattr(optimizer, name, number)
        values = self._numbers("optimizer_state.values", fields.get("values"))
        return OptimizerState(optimizer=optimizer, values=values)

    def _numbers(self, place: str, values: object, count: int | None = None) -> list[float]:
        if not isinstance(values, list | tuple) or not all(map(_is_number, values)):
            self._problems.append(f"{place} must be numbers")
            return []
        if count is not None and len(values) != count:
            self._problems.append(f"{place} must have {count} numbers, not {len(values)}")
            return []
        try:
            numbers = list(map(float, values))
        except OverflowError:
            numbers = [float("inf")]
        fine = self._require(all(map(isfinite, numbers)), f"{place} must be finite")
        if fine and numbers != list(values):
            fine = self._require(
                all(number == value for number, value in zip(numbers, values, strict=True)),
                f"{place} has an integer that a float64 cannot hold exactly",
            )
        return numbers if fine else []


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
