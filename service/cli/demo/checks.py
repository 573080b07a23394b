"""What the demo holds the service to: nothing missing, nothing twice, not a bit changed."""

from collections.abc import Iterable, Sequence

from clearprop import Network, Snapshot
from clearprop.v1.network_pb2 import LayerParameters
from google.protobuf.message import Message

from service.cli.demo.promises import require

#: A prediction counts as right when it is on the right side of the middle by this much.
_MARGIN = 0.4


def check_complete(seen: Sequence[Snapshot], latest: int) -> None:
    """Require updates 0 to the latest, each once and in order."""
    numbers = [snapshot.number for snapshot in seen]
    require(
        numbers == list(range(latest + 1)),
        f"the second client saw {len(numbers):,} updates where there are {latest + 1:,},"
        " or not in order",
    )


def check_same(seen: Sequence[Snapshot], stored: Iterable[Snapshot]) -> None:
    """Require the same updates, to the bit."""
    kept = list(stored)
    require(len(seen) == len(kept), f"{len(seen):,} updates were seen, {len(kept):,} are stored")
    for one, other in zip(seen, kept, strict=True):
        require(
            bits([one.message]) == bits([other.message]),
            f"update {one.number} is not what the second client saw",
        )


def check_states(seen: Sequence[Snapshot], network: Network, numbers: Iterable[int]) -> None:
    """Require that the states at these updates have the parameters that were seen, to the bit."""
    for number in numbers:
        require(
            bits(network.state(number).message.layers) == bits(seen[number].message.layers),
            f"the state at update {number} is not what the second client saw",
        )


def check_learnt(outputs: Sequence[float], targets: Sequence[float]) -> None:
    """Require that each output is close to its target."""
    for output, target in zip(outputs, targets, strict=True):
        require(
            abs(output - target) < 0.5 - _MARGIN,
            f"the network answers {output:.3f} where {target:.0f} is right: it has not learnt it",
        )


def bits(messages: Iterable[Message] | Iterable[LayerParameters]) -> bytes:
    """Return messages as they are on the wire: equal only if every number has the same bits."""
    return b"".join(message.SerializeToString(deterministic=True) for message in messages)
