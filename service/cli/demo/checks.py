"""The checks of the demo: no update is missing, repeated or changed."""

from collections.abc import Iterable, Sequence

from clearprop import Network, Snapshot
from clearprop.v1.network_pb2 import LayerParameters
from google.protobuf.message import Message

from service.cli.demo.promises import require

#: A prediction is correct if it is on the right side of 0.5 by at least this margin.
_MARGIN = 0.4


def check_complete(seen: Sequence[Snapshot], latest: int) -> None:
    """Require all updates from 0 to the latest, each once and in order."""
    numbers = [snapshot.number for snapshot in seen]
    require(
        numbers == list(range(latest + 1)),
        f"the second client received {len(numbers):,} updates instead of {latest + 1:,}, or in the"
        " wrong order",
    )


def check_same(seen: Sequence[Snapshot], stored: Iterable[Snapshot]) -> None:
    """Require the same updates, bit for bit."""
    kept = list(stored)
    require(
        len(seen) == len(kept), f"{len(seen):,} updates were received, but {len(kept):,} are stored"
    )
    for one, other in zip(seen, kept, strict=True):
        require(
            bits([one.message]) == bits([other.message]),
            f"update {one.number} differs from what the second client received",
        )


def check_states(seen: Sequence[Snapshot], network: Network, numbers: Iterable[int]) -> None:
    """Require that the states at these updates have the received parameters, bit for bit."""
    for number in numbers:
        require(
            bits(network.state(number).message.layers) == bits(seen[number].message.layers),
            f"the state at update {number} differs from what the second client received",
        )


def check_learnt(outputs: Sequence[float], targets: Sequence[float]) -> None:
    """Require that each output is close to its target."""
    for output, target in zip(outputs, targets, strict=True):
        require(
            abs(output - target) < 0.5 - _MARGIN,
            f"the network has not learned XOR: it predicts {output:.3f} instead of {target:.0f}",
        )


def bits(messages: Iterable[Message] | Iterable[LayerParameters]) -> bytes:
    """Return serialized messages, which are equal only if all numbers have the same bits."""
    return b"".join(message.SerializeToString(deterministic=True) for message in messages)
