"""Walks through updates."""

from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1 import walk_pb2

from service.faces.messages.enums import numbers
from service.faces.messages.inspections import position_after
from service.faces.messages.networks import layers
from service.use_cases.walks import Walked
from training.cancellation import cancellable
from training.network import Network
from training.walking.functions import walk_functions
from training.walking.phases import PhaseKind, WalkPhase
from training.walking.recorder import WalkVariable
from training.walking.roles import VariableRole
from training.walking.walk import WalkStep

_KINDS = numbers(walk_pb2.WalkPhaseKind, PhaseKind)
_ROLES = numbers(walk_pb2.WalkVariableRole, VariableRole)


def walked(found: Walked) -> pb.WalkUpdateResponse:
    """Convert a walk."""
    walk = found.walk
    functions = [
        walk_pb2.WalkFunction(name=each.name, first_line=each.first_line, lines=each.lines)
        for each in (walk_functions() if walk.steps else ())
    ]
    message = walk_pb2.Walk(
        update=walk.update.update,
        run=walk.update.run.number,
        functions=functions,
        phases=[_phase(walk.update.network, phase) for phase in walk.phases],
        step_count=len(walk.steps),
        steps=[_step(walk.steps[index]) for index in cancellable(found.shown)],
        learning_rate=walk.update.learning_rate,
    )
    return pb.WalkUpdateResponse(
        walk=message, next_step=position_after(found.shown, len(walk.steps))
    )


def _phase(network: Network, phase: WalkPhase) -> walk_pb2.WalkPhase:
    return walk_pb2.WalkPhase(
        kind=_KINDS[phase.kind],
        position=phase.position,
        layer=phase.layer,
        first_step=phase.first_step,
        step_count=phase.step_count,
        gradient_sum=[] if phase.gradient_sum is None else layers(network, phase.gradient_sum),
    )


def _step(step: WalkStep) -> walk_pb2.WalkStep:
    return walk_pb2.WalkStep(
        line=step.line,
        phase=step.phase,
        variables=map(_variable, step.variables),
        changed=step.changed,
        unit=step.unit,
        input=step.input,
        above=step.above,
    )


def _variable(variable: WalkVariable) -> walk_pb2.WalkVariable:
    return walk_pb2.WalkVariable(
        name=variable.name,
        value=variable.value,
        whole=variable.is_whole,
        role=_ROLES[variable.role],
        indices=variable.indices,
    )
