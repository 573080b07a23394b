"""The forward pass of a network as one file of Python without dependencies."""

import math
from collections.abc import Iterator, Mapping

from service.use_cases.exports.moment import Moment
from service.use_cases.exports.source.forward import functions_of, title
from service.use_cases.exports.source.python_preparation import python_preparation
from training.network import Array, LayerParameters
from training.numerics.activations import SOFTMAX

#: The functions whose definitions differ from those of the server, which are compiled too.
_KNOWN: Mapping[str, str] = {
    "abs": "",
    "bits_of": '''\
def bits_of(x: float) -> int:
    """Return the 64 bits of a float as a signed integer."""
    return struct.unpack("<q", struct.pack("<d", x))[0]
''',
    "float_of": '''\
def float_of(bits: int) -> float:
    """Return the float that has these 64 bits."""
    return struct.unpack("<d", struct.pack("<q", bits))[0]
''',
}

_SOFTMAX = '''\
def softmax(z: list[float]) -> list[float]:
    """Return e^z_k / sum of e^z over the layer, with no power of e above 1."""
    m = z[0]
    for z_k in z:
        m = z_k if z_k > m else m
    powers = [exp(z_k - m) for z_k in z]
    s = 0.0
    for power in powers:
        s = s + power
    return [power / s for power in powers]
'''

_LAYER = '''\
def layer(
    below: list[float], weights: list[list[float]], biases: list[float]
) -> list[float]:
    """Return the logits of a layer; the sums are taken in this order."""
    logits = []
    for i, row in enumerate(weights):
        z = 0.0
        for a, w in zip(below, row):
            z = z + a * w
        logits.append(z + biases[i] if biases else z)
    return logits
'''


def python_source(moment: Moment) -> Iterator[str]:
    """Yield the text of the file, in chunks."""
    network = moment.network
    yield '"""' + "\n".join(title(moment)) + '\n"""\n'
    functions = functions_of(network.activations, frozenset(_KNOWN))
    helpers = [text for name, text in _KNOWN.items() if text and name in functions.known]
    if helpers:
        yield "\nimport struct\n"
    for place, layer in enumerate(moment.layers, start=1):
        yield from _lists(place, layer)
    if functions.constants:
        yield "\n"
    for name, value in functions.constants.items():
        yield f"{name} = {_number(value)}\n"
    texts = [*helpers, *functions.texts.values()]
    if SOFTMAX in network.activations:
        texts.append(_SOFTMAX)
    texts += [_LAYER, _forward(moment), *python_preparation(network)]
    for text in texts:
        yield f"\n\n{text}"


def _lists(place: int, layer: LayerParameters) -> Iterator[str]:
    yield f"\nLAYER_{place}_WEIGHTS = [\n"
    for row in layer.weights.reshape(layer.units, layer.inputs):
        yield f"    {_list(row)},\n"
    yield f"]\nLAYER_{place}_BIASES = {_list(layer.biases)}\n"


def _list(numbers: Array) -> str:
    return f"[{', '.join(map(repr, numbers.tolist()))}]"


def _number(value: float) -> str:
    """Return a number as Python reads it, with every bit."""
    return repr(value) if math.isfinite(value) else f'float("{value}")'


def _forward(moment: Moment) -> str:
    """Return the function from inputs to outputs; without a preparation it is `predict`."""
    inputs = moment.network.layer_sizes[0]
    name = "forward" if moment.network.preparation else "predict"
    lines = [
        f"def {name}(inputs: list[float]) -> list[float]:",
        f'    """Return the outputs for one example of {inputs} numbers."""',
        f"    if len(inputs) != {inputs}:",
        f'        raise ValueError(f"there must be {inputs} inputs, not {{len(inputs)}}")',
        "    units = [float(x) for x in inputs]",
    ]
    for place, activation in enumerate(moment.network.activations, start=1):
        lines.append(f"    units = layer(units, LAYER_{place}_WEIGHTS, LAYER_{place}_BIASES)")
        function = activation.definition.of_unit
        if function is None:
            lines.append("    units = softmax(units)")
        else:
            lines.append(f"    units = [{function.function.__name__}(z) for z in units]")
    return "\n".join([*lines, "    return units"]) + "\n"
