"""A network as a JSON document: everything needed to create an equal network.

The module `documents` of the client reads it. Numbers are the shortest decimals that are read as
the same bits.
"""

import json
from collections.abc import Iterator
from typing import Any

from service.use_cases.exports.moment import Moment
from service.use_cases.exports.preparation import preparation_fields
from training.network import Array, Initializer, LayerParameters
from training.optimizer import Optimizer, OptimizerState

FORMAT = "clearprop-network"

#: Increased when older readers would misunderstand a document.
VERSION = 2

#: Readers of this version would leave out a preparation; they read all other documents.
_VERSION_WITHOUT_PREPARATION = 1

#: The number of values of a long vector that are written at once.
_NUMBERS = 8_192


def document(moment: Moment) -> Iterator[str]:
    """Yield the text of the document, in chunks."""
    head = json.dumps(_head(moment), indent=2)
    yield head.removesuffix("\n}")
    yield ',\n  "layers": ['
    for index, layer in enumerate(moment.layers):
        yield from _layer(layer, ",\n" if index else "\n")
    yield '\n  ],\n  "optimizer_state": '
    yield from _optimizer_state(moment.state.optimizer_state)
    yield "\n}\n"


def _head(moment: Moment) -> dict[str, Any]:
    network = moment.network
    fork, preparation = network.forked_from, network.preparation
    fields = {
        "format": FORMAT,
        "version": VERSION if network.preparation else _VERSION_WITHOUT_PREPARATION,
        "network": network.id,
        "uid": network.uid,
        "update": moment.state.update,
        "kind": moment.kind,
        "run": moment.run,
        "layer_sizes": network.layer_sizes,
        "activations": network.activations,
        "bias": network.bias,
        "cost_function": network.cost_function,
        "initializer": _initializer(network.initializer),
        "labels": network.labels,
        "forked_from": fork and {"network": fork.network, "uid": fork.uid, "update": fork.update},
    }
    return fields | ({"preparation": preparation_fields(preparation)} if preparation else {})


def _initializer(recipe: Initializer) -> dict[str, Any]:
    numbers = {"seed": recipe.seed, "low": recipe.low, "high": recipe.high}
    numbers["deviation"] = recipe.deviation
    return {"kind": recipe.kind} | _known(numbers)


def _layer(layer: LayerParameters, before: str) -> Iterator[str]:
    yield f'{before}    {{"weights": ['
    for unit, row in enumerate(layer.weights.reshape(layer.units, layer.inputs)):
        yield ",\n      " if unit else "\n      "
        yield from _vector(row)
    yield '], "biases": '
    yield from _vector(layer.biases)
    yield "}"


def _optimizer_state(kept: OptimizerState | None) -> Iterator[str]:
    if kept is None:
        yield "null"
        return
    yield f'{{"optimizer": {json.dumps(_optimizer(kept.optimizer))}, "values": '
    yield from _vector(kept.values)
    yield "}"


def _optimizer(optimizer: Optimizer) -> dict[str, Any]:
    numbers = {
        "momentum": optimizer.momentum,
        "beta1": optimizer.beta1,
        "beta2": optimizer.beta2,
        "epsilon": optimizer.epsilon,
        "weight_decay": optimizer.weight_decay,
        "decay_weights_only": optimizer.decay_weights_only or None,
        "dampening": optimizer.dampening,
    }
    return {"kind": optimizer.kind} | _known(numbers)


def _known(numbers: dict[str, Any]) -> dict[str, Any]:
    return {name: number for name, number in numbers.items() if number is not None}


def _vector(values: Array) -> Iterator[str]:
    yield "["
    for start in range(0, len(values), _NUMBERS):
        text = json.dumps(values[start : start + _NUMBERS].tolist())
        yield (", " if start else "") + text[1:-1]
    yield "]"
