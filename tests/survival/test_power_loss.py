"""When the power fails, nothing that a client was shown is lost, and no history is damaged.

A server is recorded while it trains: what it does to its files, and what its clients are shown
meanwhile. Then the power is cut between any two of its operations. Whatever is left of the files, a
server that opens them must find all that had been shown, to the bit.
"""

import random
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import grpc
import pytest
from calls import create, fresh_id, refusal, settings
from clearprop.v1 import network_pb2, run_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from disk_recording import Operation, Sync, Write
from made_up_sets import create_made_up_set
from power_cut import Disk, Luck, put
from prefixes import reach, require_beginning
from promises import Promise, rounds
from stored import left_in, sound_store, truth_in
from traced_server import TracedServer, traced_server
from watch_checker import Stored, Truth, faults
from watch_reading import Watcher
from witness import NOTHING, Witness, WitnessedReading

from training.ports import Store

T = TypeVar("T")

#: Before how many operations the power is cut, with each kind of luck.
MOMENTS = rounds(10, 10**9)
LATE_MOMENTS = rounds(6, 500)

#: An update with so many takes some 15 µs: a segment of 10 ms is small.
EXAMPLES = 60
EPOCHS = rounds(4_000, 12_000)
STEPS = rounds(60, 200)

#: Many checkpoints in a short recording.
COMMITS_PER_CHECKPOINT = 5

#: The 20th of a thread, and then every 7th: some in commits, some in checkpoints.
FAILING_SYNCS = "20+7"

#: With it a commit is not synced, and only a checkpoint is.
CARELESS = "synchronous = NORMAL"


@dataclass
class Recording:
    """What a server did to its files, what its clients were shown, and what was true."""

    operations: list[Operation]
    witness: Witness
    truths: dict[str, Truth]


@dataclass
class Cut:
    """What is left when the power is cut right before an operation, and what had been shown."""

    moment: int
    luck: Luck
    files: dict[str, bytes]
    shown: dict[str, Stored]


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """A server as it is, but for the checkpoints."""
    return record(tmp_path_factory.mktemp("recording"))


def record(folder: Path, *pragmas: str, failing_syncs: str = "") -> Recording:
    """Let clients train, step and edit while others watch."""
    witness = Witness()
    with traced_server(folder, COMMITS_PER_CHECKPOINT, pragmas, failing_syncs) as server:
        with server.stub() as stub:
            readings = let_clients_work(stub, server, witness)
        assert server.stop() == 0
    operations = server.recording()
    assert replayed(operations) == files_in(server.folder), "the recording is not complete"
    with left_in(server.folder) as store:
        truths = {each.network.uid: truth_in(store, each.network.uid) for each in readings}
    for reading in readings:
        assert not faults(reading.streams, truths[reading.network.uid])
    return Recording(operations, witness, truths)


def let_clients_work(
    stub: TrainingServiceStub, server: TracedServer, witness: Witness
) -> list[WitnessedReading]:
    """Return what the watchers of two networks read: one is trained, one stepped and edited."""
    create_made_up_set(stub, "many", EXAMPLES)
    trained, stepped = (begin(stub, seed, witness) for seed in (1, 2))
    watchers = [Watcher(server.target, reading).start() for reading in (trained, stepped)]
    request = pb.TrainRequest(network=trained.network.network, settings=settings_for(EPOCHS))
    request.request_id = fresh_id("train")
    answered(stub.Train, request)
    step_and_edit(stub, stepped.network, witness)
    watchers[0].wait_for(lambda reading: reading.last_state == "SUCCEEDED")
    for watcher in watchers:
        watcher.cancel()
    return [trained, stepped]


def begin(stub: TrainingServiceStub, seed: int, witness: Witness) -> WitnessedReading:
    network = create(stub, seed=seed)
    witness.saw(network.uid, 0)
    return WitnessedReading(network, witness)


def settings_for(epochs: int) -> run_pb2.TrainingSettings:
    return settings("many", rate=0.5, batch_size=EXAMPLES, epochs=epochs)


def step_and_edit(
    stub: TrainingServiceStub, network: network_pb2.Network, witness: Witness
) -> None:
    name = network.network
    for step in range(STEPS):
        request = pb.StepRequest(network=name, count=step % 3 + 1, request_id=fresh_id("step"))
        if step == 0:
            request.settings.CopyFrom(settings_for(10**6))
        witness.saw(network.uid, answered(stub.Step, request).updates[-1].update)
        if step % 5 == 0:
            value = pb.WeightValue(layer=1, unit=0, input=0, value=step / 8)
            edit = pb.SetWeightsRequest(network=name, weights=[value], request_id=fresh_id("edit"))
            witness.saw(network.uid, answered(stub.SetWeights, edit).update.update)


def answered(call: Callable[..., T], request: object) -> T:
    """Make a call, and repeat it while the store cannot be written."""
    while True:
        try:
            return call(request)
        except grpc.RpcError as error:
            if refusal(error).reason != "STORE_UNAVAILABLE":
                raise


def replayed(operations: list[Operation]) -> dict[str, bytes]:
    """Return the files as the operations leave them."""
    disk = Disk()
    for operation in operations:
        disk.do(operation)
    return disk.cut(Luck.ALL, random.Random())


def files_in(folder: Path) -> dict[str, bytes]:
    """Return the database, and its log where the last to close it was still reading."""
    parts = (folder / f"clearprop.db{part}" for part in ("", "-wal", "-journal"))
    return {part.name: part.read_bytes() for part in parts if part.exists()}


def cuts(recording: Recording, moments: Collection[int], chance: random.Random) -> Iterator[Cut]:
    """Cut the power right before each of these operations, with every kind of luck."""
    disk = Disk()
    for moment, operation in enumerate(recording.operations):
        if moment in moments:
            shown = recording.witness.by(operation.start)
            for luck in Luck:
                yield Cut(moment, luck, disk.cut(luck, chance), shown)
        disk.do(operation)


def some(moments: Sequence[int], most: int) -> set[int]:
    return set(random.Random(4).sample(moments, min(most, len(moments))))


def late(recording: Recording) -> set[int]:
    """Return moments at which much has been shown."""
    every = range(len(recording.operations))
    return some(every[len(every) // 2 :], LATE_MOMENTS)


def losses(
    recording: Recording, moments: set[int], folder: Path
) -> tuple[list[Cut], dict[str, int]]:
    """Return the cuts after which something is gone that was shown, and how many were made."""
    found, images = [], 0
    for cut in cuts(recording, moments, random.Random(5)):
        images += 1
        if is_something_lost(cut, recording, folder):
            found.append(cut)
    operations = len(recording.operations)
    return found, {"operations": operations, "moments": len(moments), "images": images}


@contextmanager
def store_of(files: dict[str, bytes], folder: Path) -> Iterator[Store]:
    """Open files as the next server would."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    put(files, folder)
    with sound_store(folder) as store:
        yield store


def is_something_lost(cut: Cut, recording: Recording, folder: Path) -> bool:
    """Return whether something that was shown is gone; require that what is left is true."""
    left: dict[str, Stored] = {}
    try:
        with store_of(cut.files, folder) as store:
            for uid, truth in recording.truths.items():
                left[uid] = reach(store, uid)
                if left[uid] != NOTHING:
                    require_beginning(store, uid, truth)
    except Exception as error:
        error.add_note(f"The power was cut before operation {cut.moment}, and {cut.luck}.")
        raise
    return any(
        left[uid].latest_update < shown.latest_update or left[uid].last_event < shown.last_event
        for uid, shown in cut.shown.items()
    )


def test_a_power_loss_loses_nothing_that_was_shown(
    recording: Recording, tmp_path: Path, promise: Promise
) -> None:
    moments = some(range(len(recording.operations)), MOMENTS)
    found, counts = losses(recording, moments, tmp_path / "image")
    assert not described(found)
    promise("a power loss loses nothing that was shown", **counts)


def test_a_power_loss_after_failed_syncs_loses_nothing_that_was_shown(
    tmp_path: Path, promise: Promise
) -> None:
    recording = record(tmp_path, failing_syncs=FAILING_SYNCS)
    failed = Counter(
        each.name for each in recording.operations if isinstance(each, Sync) and each.failed
    )
    assert failed.keys() == {"clearprop.db", "clearprop.db-wal"}
    found, counts = losses(recording, late(recording), tmp_path / "image")
    assert not described(found)
    promise("neither does one after failed syncs", failed_syncs=failed.total(), **counts)


def test_without_a_sync_of_every_commit_a_power_loss_is_seen_to_lose_what_was_shown(
    tmp_path: Path, promise: Promise
) -> None:
    careless = record(tmp_path, CARELESS)
    found, counts = losses(careless, late(careless), tmp_path / "image")
    assert found, "the proof proves nothing: it does not see what is lost"
    assert Luck.ALL not in {cut.luck for cut in found}, "the clocks do not agree"
    promise("without syncs a power loss is seen to lose", losses=len(found), **counts)


def described(found: list[Cut]) -> list[tuple[int, Luck, dict[str, Stored]]]:
    """Return cuts without their files."""
    return [(cut.moment, cut.luck, cut.shown) for cut in found]


def test_a_synced_write_that_is_missing_is_found_wherever_what_it_held_was_shown(
    recording: Recording, tmp_path: Path, promise: Promise
) -> None:
    operations, folder = recording.operations, tmp_path / "image"
    before = dict.fromkeys(recording.truths, NOTHING)
    found = 0
    for moment, (written, sync) in enumerate(pairwise(operations[:-1]), start=2):
        if found < rounds(10, 10**9) and isinstance(written, Write) and isinstance(sync, Sync):
            shown = recording.witness.by(operations[moment].start)
            with store_of(replayed(operations[:moment]), folder) as store:
                left = {uid: reach(store, uid) for uid in recording.truths}
            if before != left == shown:
                files = replayed([*operations[: moment - 2], sync])
                assert is_something_lost(Cut(moment, Luck.ALL, files, shown), recording, folder)
                found += 1
            before = left
    assert found
    promise("a synced write that is missing is found", writes=found)
