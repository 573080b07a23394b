"""The forward pass of a network as one file of C99 without dependencies."""

from collections.abc import Iterator

from service.use_cases.exports.moment import Moment
from service.use_cases.exports.source.c_functions import (
    KNOWN,
    c_functions,
    name_of,
    number,
)
from service.use_cases.exports.source.c_preparation import c_preparation
from service.use_cases.exports.source.forward import functions_of, title
from training.network import Array, LayerParameters
from training.numerics.activations import SOFTMAX, Activation

_HEAD = """\
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#ifdef __FAST_MATH__
#error "Compile without -ffast-math, which changes the results."
#endif
#if defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD == 2
#error "Compile for double precision, such as with -msse2 -mfpmath=sse."
#endif
/* A product and a sum in one instruction would be rounded once instead of twice. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("fp-contract=off")
#elif defined(_MSC_VER)
#pragma fp_contract(off)
#else
#pragma STDC FP_CONTRACT OFF
#endif
"""

_SOFTMAX = """\
/* e^z_k / sum of e^z over the layer, with no power of e above 1. */
static void softmax(double *z, int units) {{
    double m = z[0], s = 0.0;
    for (int k = 0; k < units; k++) m = z[k] > m ? z[k] : m;
    for (int k = 0; k < units; k++) {{
        z[k] = {exp}(z[k] - m);
        s = s + z[k];
    }}
    for (int k = 0; k < units; k++) z[k] = z[k] / s;
}}
"""

_FORWARD = """\
/* Sets the outputs for one example. The units of hidden layers are on the stack. */
{kind} {name}(const double inputs[INPUTS], double outputs[OUTPUTS]) {{
"""

_LAYER = """\
    for (int i = 0; i < {units}; i++) {{
        double z = 0.0;
        for (int j = 0; j < {inputs}; j++) z = z + {below}[j] * layer_{number}_weights[i][j];
        {above}[i] = {activated};
    }}
"""


def c_source(moment: Moment) -> Iterator[str]:
    """Yield the text of the file, in chunks."""
    network = moment.network
    lines = [*title(moment), "", "Compile it with a call of predict, such as cc -O2 main.c FILE.c."]
    yield "\n".join(f" * {line}".rstrip() for line in lines).replace(" *", "/*", 1) + "\n */\n\n"
    yield _HEAD
    yield f"\nenum {{ INPUTS = {network.layer_sizes[0]}, OUTPUTS = {network.layer_sizes[-1]} }};\n"
    for place, layer in enumerate(moment.layers, start=1):
        yield from _arrays(place, layer)
    for definition in c_functions(functions_of(network.activations, frozenset(KNOWN))):
        yield "\n" + definition
    if SOFTMAX in network.activations:
        yield "\n" + _SOFTMAX.format(exp=name_of("exp"))
    yield "\n" + _forward(moment)
    for part in c_preparation(network):
        yield "\n" + part


def _arrays(place: int, layer: LayerParameters) -> Iterator[str]:
    yield f"\nstatic const double layer_{place}_weights[{layer.units}][{layer.inputs}] = {{\n"
    for row in layer.weights.reshape(layer.units, layer.inputs):
        yield f"    {_list(row)},\n"
    yield "};\n"
    if layer.biases.size:
        yield f"static const double layer_{place}_biases[{layer.units}] = {_list(layer.biases)};\n"


def _list(numbers: Array) -> str:
    return "{" + ", ".join(map(number, numbers.tolist())) + "}"


def _forward(moment: Moment) -> str:
    """Return the function from inputs to outputs; without a preparation it is called `predict`."""
    is_prepared = moment.network.preparation is not None
    kind, name = ("static void", "forward") if is_prepared else ("void", "predict")
    parts = [_FORWARD.format(kind=kind, name=name)]
    below, last = "inputs", len(moment.layers)
    for place, layer in enumerate(moment.layers, start=1):
        above = "outputs" if place == last else f"layer_{place}"
        if place != last:
            parts.append(f"    double {above}[{layer.units}];\n")
        logit = f"z + layer_{place}_biases[i]" if layer.biases.size else "z"
        activation = moment.network.activations[place - 1]
        parts.append(
            _LAYER.format(
                units=layer.units,
                inputs=layer.inputs,
                below=below,
                above=above,
                number=place,
                activated=_activated(activation, logit),
            )
        )
        if activation is SOFTMAX:
            parts.append(f"    softmax({above}, {layer.units});\n")
        below = above
    return "".join([*parts, "}\n"])


def _activated(activation: Activation, logit: str) -> str:
    function = activation.definition.of_unit
    return logit if function is None else f"{name_of(function.function.__name__)}({logit})"
