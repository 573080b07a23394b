"""Descriptions of the supported functions for clients."""

from math import isfinite

from clearprop.v1 import training_service_pb2 as pb

from service.faces.messages.networks import ACTIVATIONS, COST_FUNCTIONS, sent_initializer
from service.faces.messages.runs import sent_optimizer
from training.network import Initializer
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction
from training.numerics.initializers import INITIALIZERS, InitializerKind
from training.numerics.optimizers import OptimizerKind
from training.optimizer import Optimizer


def activations() -> list[pb.ActivationInfo]:
    """Describe each activation."""
    return [_activation(each) for each in Activation]


def _activation(source: Activation) -> pb.ActivationInfo:
    lower, upper = source.definition.reach
    has_both = isfinite(lower) and isfinite(upper)
    return pb.ActivationInfo(
        activation=ACTIVATIONS.numbers[source],
        name=source,
        formula=source.definition.formula,
        lower_bound=lower if has_both else None,
        upper_bound=upper if has_both else None,
        outputs_only=source.definition.of_unit is None,
    )


def cost_functions() -> list[pb.CostFunctionInfo]:
    """Describe each cost function."""
    return [_cost_function(each) for each in CostFunction]


def _cost_function(source: CostFunction) -> pb.CostFunctionInfo:
    described = pb.CostFunctionInfo(
        cost_function=COST_FUNCTIONS.numbers[source],
        name=source,
        formula=source.definition.formula,
    )
    if source.definition.activation is not None:
        described.outputs = ACTIVATIONS.numbers[source.definition.activation]
    return described


def optimizers() -> list[pb.OptimizerInfo]:
    """Describe each optimizer, with its defaults."""
    return [
        pb.OptimizerInfo(
            defaults=sent_optimizer(Optimizer(each).completed()),
            name=each,
            formula=each.definition.formula,
        )
        for each in OptimizerKind
    ]


def initializers() -> list[pb.InitializerInfo]:
    """Describe each initializer that clients can request, with its defaults."""
    return [
        pb.InitializerInfo(
            defaults=sent_initializer(Initializer(each).completed()),
            name=each,
            formula=each.definition.formula,
        )
        for each in map(InitializerKind, INITIALIZERS)
    ]
