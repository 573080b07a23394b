"""Walks through updates as messages."""

from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1 import walk_pb2

from service.faces.messages.networks import layers
from service.use_cases.walks import Walked
from training.walking.source import sources
from training.walking.walk import Phase, PhaseKind, Step, Walk

_KINDS = {kind: walk_pb2.WalkPhaseKind.Value(f"WALK_PHASE_KIND_{kind.name}") for kind in PhaseKind}


def walked(found: Walked) -> pb.WalkUpdateResponse:
    """Return what is shown of a walk."""
    walk, end = found.walk, found.shown.stop
    functions = [
        walk_pb2.WalkFunction(name=source.name, first_line=source.first_line, lines=source.lines)
        for source in sources()
    ]
    message = walk_pb2.Walk(
        update=walk.update.update,
        run=walk.update.run.number,
        functions=functions,
        phases=[_phase(walk, phase) for phase in walk.phases],
        step_count=len(walk.steps),
        steps=[_step(walk.steps[place]) for place in found.shown],
    )
    next_step = end if end < len(walk.steps) else 0
    return pb.WalkUpdateResponse(walk=message, next_step=next_step)


def _phase(walk: Walk, phase: Phase) -> walk_pb2.WalkPhase:
    return walk_pb2.WalkPhase(
        kind=_KINDS[phase.kind],
        position=phase.position,
        layer=phase.layer,
        first_step=phase.first_step,
        step_count=phase.step_count,
        gradient_sum=(
            [] if phase.gradient_sum is None else layers(walk.update.network, phase.gradient_sum)
        ),
    )


def _step(step: Step) -> walk_pb2.WalkStep:
    return walk_pb2.WalkStep(
        line=step.line,
        phase=step.phase,
        variables=[
            walk_pb2.WalkVariable(name=each.name, value=each.value, whole=each.is_whole)
            for each in step.variables
        ],
        changed=step.changed,
        unit=step.unit,
        input=step.input,
        above=step.above,
    )
