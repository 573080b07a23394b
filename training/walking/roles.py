"""The roles of the variables in the traced functions: the only module that knows their names.

Clients use the roles, so a variable of the loops can be renamed by changing it there and here.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from training.numerics import loops


class VariableRole(StrEnum):
    """The role of a variable; the contract describes each."""

    UNIT_INDEX = "unit-index"
    INPUT_INDEX = "input-index"
    ABOVE_INDEX = "above-index"
    PARAMETER_INDEX = "parameter-index"
    INPUT_COUNT = "input-count"
    UNIT_COUNT = "unit-count"
    OUTPUT_COUNT = "output-count"
    EXAMPLE_COUNT = "example-count"
    INPUT = "input"
    WEIGHT = "weight"
    BIAS = "bias"
    LOGIT = "logit"
    ACTIVATION = "activation"
    TARGET = "target"
    COST = "cost"
    SLOPE = "slope"
    DELTA = "delta"
    DELTA_ABOVE = "delta-above"
    DELTA_SUM = "delta-sum"
    GRADIENT = "gradient"
    GRADIENT_SUM = "gradient-sum"
    MEAN_GRADIENT = "mean-gradient"
    DECAYED_GRADIENT = "decayed-gradient"
    PARAMETER = "parameter"
    NEW_PARAMETER = "new-parameter"
    FIRST_MOMENT = "first-moment"
    NEW_FIRST_MOMENT = "new-first-moment"
    SECOND_MOMENT = "second-moment"
    NEW_SECOND_MOMENT = "new-second-moment"
    FACTOR = "factor"
    EXAMPLE_WEIGHT = "example-weight"


_R = VariableRole

#: The traced functions, each with its variables: the role of those with numbers, or lists of
#: numbers, and None for all others. A list has the role of its elements; one that is an attribute
#: is named as the lines read it, such as `layer.biases`.
ROLES: Final[Mapping[Callable[..., Any], Mapping[str, VariableRole | None]]] = MappingProxyType(
    {
        loops.forward_layer: {
            "layer": None,
            "layer.biases": _R.BIAS,
            "activation": None,
            "below": _R.INPUT,
            "z": _R.LOGIT,
            "a": _R.ACTIVATION,
            "i": _R.UNIT_INDEX,
            "w_i": _R.WEIGHT,
            "z_i": _R.LOGIT,
            "j": _R.INPUT_INDEX,
            "a_j": _R.INPUT,
            "a_i": _R.ACTIVATION,
        },
        loops.drop_activations: {
            "a": _R.ACTIVATION,
            "factors": _R.FACTOR,
            "kept": _R.ACTIVATION,
            "i": _R.UNIT_INDEX,
            "a_i": _R.ACTIVATION,
            "kept_i": _R.ACTIVATION,
        },
        loops.drop_deltas: {
            "delta": _R.DELTA,
            "factors": _R.FACTOR,
            "kept": _R.DELTA,
            "i": _R.UNIT_INDEX,
            "delta_i": _R.DELTA,
            "kept_i": _R.DELTA,
        },
        loops.cost_of_outputs: {
            "cost": None,
            "z": _R.LOGIT,
            "a": _R.ACTIVATION,
            "y": _R.TARGET,
            "cost_of": None,
            "outputs": _R.OUTPUT_COUNT,
            "c": _R.COST,
            "k": _R.UNIT_INDEX,
            "y_k": _R.TARGET,
        },
        loops.weigh_cost: {"c": _R.COST, "weight": _R.EXAMPLE_WEIGHT, "weighted": _R.COST},
        loops.weigh_deltas: {
            "delta": _R.DELTA,
            "weight": _R.EXAMPLE_WEIGHT,
            "weighted": _R.DELTA,
            "k": _R.UNIT_INDEX,
            "weighted_k": _R.DELTA,
        },
        loops.output_deltas: {
            "structure": None,
            "z": _R.LOGIT,
            "a": _R.ACTIVATION,
            "y": _R.TARGET,
            "activation": None,
            "delta_of": None,
            "outputs": _R.OUTPUT_COUNT,
            "delta": _R.DELTA,
            "k": _R.UNIT_INDEX,
            "a_k": _R.ACTIVATION,
            "slope_k": _R.SLOPE,
            "delta_k": _R.DELTA,
        },
        loops.hidden_deltas: {
            "activation": None,
            "z": _R.LOGIT,
            "a": _R.ACTIVATION,
            "above": None,
            "above.weights": _R.WEIGHT,
            "delta_above": _R.DELTA_ABOVE,
            "delta": _R.DELTA,
            "i": _R.UNIT_INDEX,
            "a_i": _R.ACTIVATION,
            "s": _R.DELTA_SUM,
            "k": _R.ABOVE_INDEX,
            "delta_k": _R.DELTA_ABOVE,
            "slope_i": _R.SLOPE,
            "delta_i": _R.DELTA,
        },
        loops.zeros: {
            "structure": None,
            "layers": None,
            "inputs": _R.INPUT_COUNT,
            "units": _R.UNIT_COUNT,
            "weights": None,
        },
        loops.add_gradient: {
            "total": None,
            "total.weights": _R.GRADIENT_SUM,
            "delta": _R.DELTA,
            "below": _R.INPUT,
            "i": _R.UNIT_INDEX,
            "delta_i": _R.DELTA,
            "total_i": _R.GRADIENT_SUM,
            "j": _R.INPUT_INDEX,
            "a_j": _R.INPUT,
            "g_ij": _R.GRADIENT,
            "biases": _R.GRADIENT_SUM,
        },
        loops.mean_gradient: {
            "total": _R.GRADIENT_SUM,
            "n": _R.EXAMPLE_COUNT,
            "g": _R.MEAN_GRADIENT,
            "p": _R.PARAMETER_INDEX,
            "g_p": _R.MEAN_GRADIENT,
        },
        loops.take_step: {
            "step_of": None,
            "parameters": _R.PARAMETER,
            "gradient": _R.MEAN_GRADIENT,
            "v": _R.FIRST_MOMENT,
            "s": _R.SECOND_MOMENT,
            "rules": None,
            "after": _R.NEW_PARAMETER,
            "after_v": _R.NEW_FIRST_MOMENT,
            "after_s": _R.NEW_SECOND_MOMENT,
            "p": _R.PARAMETER_INDEX,
            "w_p": _R.PARAMETER,
            "g_p": _R.DECAYED_GRADIENT,
            "after_p": _R.NEW_PARAMETER,
            "v_p": _R.NEW_FIRST_MOMENT,
            "s_p": _R.NEW_SECOND_MOMENT,
        },
    }
)
