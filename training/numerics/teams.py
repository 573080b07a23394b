"""Threads that compute the updates of a run together, compiled.

All threads of a team execute the same kernel with the same arguments. Each computes its share of
every part of an update: whole blocks of the units of a layer, columns of its inputs, or tiles of
examples. No sum is split between threads, so the number of threads changes no bit.

Between two parts the threads meet: none goes on before all have arrived. What they need to decide
when to stop, each computes itself, so they execute the same number of meetings.
"""

from typing import Any, NamedTuple

from llvmlite import ir

from training.numerics.jit import instruction, part, shared
from training.numerics.signatures import INTEGER, fields
from training.numerics.vectors import Pointer, integer_at, put_integer


class Member(NamedTuple):
    """One of the threads of a team, as an argument of kernels."""

    number: int
    """From 0."""
    size: int
    """The number of threads in the team."""


#: The only thread of its team.
ALONE = Member(0, 1)

MEMBER = fields(Member, INTEGER)


class Team(NamedTuple):
    """A team within a kernel, as one of its threads sees it."""

    number: int
    size: int
    arrivals: Pointer
    """How many threads have arrived at all meetings of the call; 0 before the call."""
    expected: Pointer
    """The arrivals after which the latest meeting of this thread was over."""


@shared
def alone(unused: Pointer) -> Team:
    """Return the team of a kernel that one thread computes; nothing is read from the pointer."""
    return Team(0, 1, unused, unused)


class Share(NamedTuple):
    """What one thread computes: units, columns or tiles from `first` to `end` − 1."""

    first: int
    end: int


@shared
def share_of(team: Team, count: int, block: int) -> Share:
    """Return this thread's share of a count of things, in whole blocks but for the last one."""
    if team.size == 1:
        return Share(0, count)
    blocks = (count + block - 1) // block
    first = blocks * team.number // team.size * block
    end = blocks * (team.number + 1) // team.size * block
    return Share(min(first, count), min(end, count))


@shared
def meet(team: Team) -> None:
    """Wait until all threads of the team are here, and see what they have written before."""
    if team.size > 1:
        _arrive_and_wait(team)


#: How often a thread looks for the others before it sleeps: for some ten microseconds. Threads that
#: have a processor each arrive in this time. Who sleeps wakes up before other programs have used
#: their time slice; who only yielded the processor would wait for all of it.
_LOOKS = 20_000

#: How long a thread sleeps before it looks again, in microseconds.
_SLEEP = 20


@part
def _arrive_and_wait(team: Team) -> None:
    expected = integer_at(team.expected, 0) + team.size
    put_integer(team.expected, 0, expected)
    _count_arrival(team.arrivals)
    looks = 0
    while _arrived(team.arrivals) < expected:
        looks += 1
        if looks > _LOOKS:
            _sleep(_SLEEP)


@instruction
def _count_arrival(types: Any, arrivals: Any) -> Any:
    """Add 1 to the arrivals, after all that this thread has written."""

    def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        builder.atomic_rmw("add", values[0], ir.IntType(64)(1), "acq_rel")
        return ir.Constant(ir.IntType(8).as_pointer(), None)

    return types.void(arrivals), generate


@instruction
def _arrived(types: Any, arrivals: Any) -> Any:
    """Return the arrivals; what these threads have written before is read after it."""
    return types.int64(arrivals), lambda _context, builder, _signature, values: builder.load_atomic(
        values[0], "acquire", 8
    )


@instruction
def _sleep(types: Any, _microseconds: Any) -> Any:
    """Sleep for so many microseconds or a little longer, with `usleep` of the C library."""

    def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        module, name, number = builder.module, "usleep", ir.IntType(32)
        function = module.globals.get(name) or ir.Function(
            module, ir.FunctionType(number, [number]), name
        )
        builder.call(function, [builder.trunc(values[0], number)])
        return ir.Constant(ir.IntType(8).as_pointer(), None)

    return types.void(types.int64), generate
