"""Whether what a store holds is the beginning of a history, and how much of it."""

from stored import turns_in
from watch_checker import Shown, Stored, Truth
from witness import NOTHING

from service.reading.readers import Readers
from training.errors import NetworkNotFound
from training.network import Network
from training.ports import Reader, Store
from training.update import Head, Segment

_AT_ONCE = 4_096


def reach(store: Store, uid: str) -> Stored:
    """Return how far a history goes."""
    with store.read() as reader:
        try:
            head = reader.head(uid)
        except NetworkNotFound:
            return NOTHING
    return Stored(head.latest_update, head.last_event)


def require_beginning(store: Store, uid: str, truth: Truth) -> None:
    """Require that all that is stored of a history is so in the whole one, bit for bit.

    All costs, keyframes and run events are looked at, and the parameters of the last update, which
    a replay recomputes.
    """
    with store.read() as reader:
        network, head = reader.network_by_uid(uid), reader.head(uid)
        _require_updates(reader, head, truth)
        _require_keyframes(reader, head, truth)
        turns = {number: truth.turns[number] for number in range(1, head.last_event + 1)}
        assert turns_in(reader, uid) == turns
    _require_last(store, network, head, truth)


def _require_updates(reader: Reader, head: Head, truth: Truth) -> None:
    update = 0
    while update <= head.latest_update:
        segments = reader.segments(head.network_uid, update, head.latest_update, _AT_ONCE)
        assert segments, f"update {update} is not stored"
        for segment in segments:
            assert segment.first_update == update, f"update {update} is not stored"
            _require_segment(segment, truth)
            update = segment.last_update + 1


def _require_segment(segment: Segment, truth: Truth) -> None:
    true = [truth.updates[each] for each in range(segment.first_update, segment.last_update + 1)]
    assert {(update.kind, update.run) for update in true} == {(str(segment.kind), segment.run)}
    assert segment.costs.tobytes() == b"".join(update.cost for update in true)


def _require_keyframes(reader: Reader, head: Head, truth: Truth) -> None:
    update = 0
    while keyframes := reader.keyframes(head.network_uid, update, head.latest_update, _AT_ONCE):
        for keyframe in keyframes:
            update = keyframe.state.update
            assert keyframe.state.parameters.tobytes() == truth.updates[update].parameters
        update += 1


def _require_last(store: Store, network: Network, head: Head, truth: Truth) -> None:
    true: Shown = truth.updates[head.latest_update]
    state = Readers.of(store).states.read(network, head.latest_update)
    assert state.parameters.tobytes() == true.parameters
