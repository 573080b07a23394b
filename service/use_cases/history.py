"""Use cases that read the history of a network."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from service.reading.downsampling import Point, downsample
from service.reading.points import Part, Points
from service.reading.selection import ALL, COSTS, Detail, Selection
from service.reading.selection_reader import SelectionReader
from service.reading.state_reader import StateReader
from service.reading.stored_updates import outline
from service.reading.update_numbers import existing_range, locate
from service.reading.validated_updates import downsampled, validated_updates
from training.network import Network
from training.ports import Store
from training.run import Run
from training.snapshots import Snapshots
from training.update import UpdateKind

#: The maximum size of parameters in a response with a list of updates, in bytes, or one update.
_RESPONSE_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Span:
    """Updates of a network in order, and the last one of the requested range.

    They are consecutive, unless they are `downsampled`.
    """

    network: Network
    parts: tuple[Part, ...]
    end: int
    downsampled: bool = False
    selection: Selection = ALL


class History:
    """Reads states and updates."""

    def __init__(self, store: Store, states: StateReader, selections: SelectionReader) -> None:
        self._store = store
        self._states = states
        self._selections = selections

    def state(self, network_id: str, update: int | None) -> tuple[Network, Snapshots]:
        """Return a network at one update, None for the latest.

        Raises NetworkNotFound, UpdateOutOfRange, HistoryCompacted, DamagedHistory.
        """
        network, number = locate(self._store, network_id, update)
        return network, self._states.snapshot(network, number)

    def updates(
        self,
        network_id: str,
        first: int | None,
        most: int,
        *,
        end: int | None = None,
        detail: Detail = Detail.PARAMETERS,
    ) -> Span:
        """Return updates from `first` to `end`, None for the latest, up to `most` and 1 MiB.

        They start at the earliest kept update if `first` is None.

        Raises NetworkNotFound, InvalidFields, UpdateOutOfRange, HistoryCompacted, DamagedHistory.
        """
        with self._store.read() as reader:
            network = reader.network(network_id)
            first, last = existing_range(network, reader.head(network.uid), first, end)
        selection = Selection(detail)
        if detail is not Detail.COST:
            most = min(most, _updates_in_response(network) // selection.arrays or 1)
        until = min(first + most - 1, last)
        pages = tuple(self._pages(network, first, until, selection))
        return Span(network, pages, last, selection=selection)

    def downsampled(self, network_id: str, first: int | None, end: int | None, most: int) -> Span:
        """Return the updates from `first` to `end`, None for the latest, without parameters.

        They start at the earliest kept update if `first` is None. If there are more than `most`, at
        least 2, they are downsampled to at most `most`.

        Raises NetworkNotFound, InvalidFields, UpdateOutOfRange, HistoryCompacted, DamagedHistory.
        """
        with self._store.read() as reader:
            network = reader.network(network_id)
            first, last = existing_range(network, reader.head(network.uid), first, end)
            points = (
                downsample(reader, network.uid, first, last, most) if last - first >= most else []
            )
            runs = {
                number: reader.run(network.uid, number)
                for number in {point.run for point in points if point.run}
            }
        if not points:
            found = outline(self._store, network, first, last)
            return Span(network, found, last, selection=COSTS)
        return Span(network, _parts(points, runs), last, downsampled=True, selection=COSTS)

    def validated(
        self, network_id: str, first: int | None, end: int | None, most: int, points: int | None
    ) -> Span:
        """Return the updates with a validation after them, up to `most`, without parameters.

        With `points`, at least 2, all of them are downsampled to at most so many. Raises
        NetworkNotFound, InvalidFields, UpdateOutOfRange, HistoryCompacted, DamagedHistory.
        """
        with self._store.read() as reader:
            network = reader.network(network_id)
            first, last = existing_range(network, reader.head(network.uid), first, end)
            wanted = most if points is None else last - first + 1
            found = validated_updates(reader, network, first, last, wanted)
        shown = found if points is None else downsampled(found, points)
        return Span(network, shown, last, downsampled=shown is not found, selection=COSTS)

    def last_updates(self, uid: str, last: int, most: int) -> Span:
        """Return the kept updates up to `last`, at most `most` and 1 MiB.

        Raises NetworkNotFound, DamagedHistory.
        """
        with self._store.read() as reader:
            network = reader.network_by_uid(uid)
            earliest = reader.head(uid).earliest_update
        first = max(earliest, last + 1 - min(most, _updates_in_response(network)))
        return Span(network, tuple(self._pages(network, first, last, ALL)), last)

    def made(self, uid: str, update: int) -> tuple[Network, Snapshots]:
        """Return the update of a call, with its network.

        Raises NetworkNotFound, HistoryCompacted, DamagedHistory.
        """
        with self._store.read() as reader:
            network = reader.network_by_uid(uid)
        return network, self._states.snapshot(network, update)

    def _pages(
        self, network: Network, first: int, last: int, selection: Selection
    ) -> Iterator[Snapshots]:
        while first <= last:
            page = self._selections.read(network, first, last, selection)
            until = page[-1].last_update
            yield from self._selections.selected(network, page, first, until, selection)
            first = until + 1


def _parts(points: list[Point], runs: Mapping[int, Run]) -> tuple[Points, ...]:
    """Return points as arrays, together as long as their kind and their run are the same."""
    return tuple(
        _joined(kind, runs.get(run), list(alike))
        for (kind, run), alike in groupby(points, key=lambda point: (point.kind, point.run))
    )


def _joined(kind: UpdateKind, run: Run | None, points: list[Point]) -> Points:
    return Points(
        kind,
        run,
        np.array([point.update for point in points], dtype=np.int64),
        np.array([point.run_offset for point in points], dtype=np.int64),
        np.array([point.cost for point in points if point.cost is not None]),
    )


def latest_in_response(network: Network, made: Snapshots) -> Snapshots:
    """Return the last of consecutive updates, as many as fit one response."""
    others = made.count - _updates_in_response(network)
    return made.rows(slice(others, None)) if others > 0 else made


def _updates_in_response(network: Network) -> int:
    return max(1, _RESPONSE_BYTES // (8 * network.parameter_count + 64))
