"""Training sets, created in one call or from chunks."""

from collections.abc import Iterator
from contextlib import ExitStack

import numpy as np
import pytest
from services import Service

from service.use_cases.answers import StoredAnswer
from service.use_cases.caller import CALLER
from service.use_cases.requests import AnsweredBefore, RequestId
from service.use_cases.training_sets import NewTrainingSet
from storage.memory_reader import MemoryReader
from training.errors import (
    InvalidFields,
    LimitExceeded,
    TooManyUploads,
    TrainingSetExists,
    TrainingSetNotFound,
    Violations,
)
from training.limits import Limits
from training.network import Array
from training.training_set import TrainingSet

ROWS = [(np.array([1.0, 2.0]), np.array([3.0]), 1.0), (np.array([4.0, 5.0]), np.array([6.0]), 1.0)]


@pytest.fixture
def service() -> Iterator[Service]:
    with Service(limits=Limits(training_set_bytes=8 * 3 * 4, training_sets=5)) as service:
        yield service


def numbers(service: Service, set_id: str) -> list[Array]:
    _, examples = service.training_sets.get_with_examples(set_id)
    return [examples.inputs, examples.targets]


def test_chunks_and_one_request_make_the_same_set(service: Service) -> None:
    made = service.training_sets.create("made", ROWS)
    with service.training_sets.uploading() as collector:
        for row in ROWS:
            collector.add(Violations(), [row])
        uploaded = service.training_sets.store(NewTrainingSet("uploaded", collector.examples()))
    for training_set in (made, uploaded):
        assert (training_set.input_count, training_set.target_count) == (2, 1)
        assert training_set.example_count == 2
    for one, other in zip(numbers(service, "made"), numbers(service, "uploaded"), strict=True):
        assert one.tobytes() == other.tobytes()


def test_every_bad_field_is_named_at_once(service: Service) -> None:
    rows = [ROWS[0], (np.array([1.0]), np.array([np.nan]), 1.0)]
    with pytest.raises(InvalidFields) as refused:
        service.training_sets.create("Bad id", rows, RequestId("", b"", named))
    assert [bad.field for bad in refused.value.violations] == [
        "request_id",
        "training_set",
        "examples[1].inputs",
        "examples[1].targets[0]",
    ]
    with pytest.raises(InvalidFields) as refused:
        service.training_sets.create("Bad id", [])
    assert [bad.field for bad in refused.value.violations] == ["training_set", "examples"]
    examples = service.training_sets.get_with_examples("xor")[1]
    with pytest.raises(InvalidFields) as refused:
        service.training_sets.store(NewTrainingSet("Bad id", examples), RequestId("", b"", named))
    assert [bad.field for bad in refused.value.violations] == ["request_id", "training_set"]


def test_sets_that_are_too_large_or_too_many_are_refused(service: Service) -> None:
    with pytest.raises(LimitExceeded, match="96 bytes") as error:
        service.training_sets.create("large", ROWS * 3)
    assert error.value.metadata["limit"] == "training_set_bytes"
    for set_id in ("one", "two"):
        service.training_sets.create(set_id, ROWS)
    with pytest.raises(LimitExceeded) as error:
        service.training_sets.create("three", ROWS)
    assert error.value.metadata["limit"] == "training_sets"


def named(training_set: TrainingSet) -> bytes:
    return training_set.id.encode()


def test_a_repeated_upload_gives_the_first_answer(service: Service) -> None:
    examples = service.training_sets.get_with_examples("xor")[1]
    request = RequestId("upload", b"digest", named)
    first = service.training_sets.store(NewTrainingSet("", examples), request)
    with pytest.raises(AnsweredBefore) as repeated:
        service.training_sets.store(NewTrainingSet("", examples), request)
    assert repeated.value.answer == StoredAnswer(named(first))
    with pytest.raises(TrainingSetExists):
        service.training_sets.store(
            NewTrainingSet(first.id, examples), RequestId("other", b"digest", named)
        )


def test_one_client_leaves_uploads_to_others() -> None:
    with Service(limits=Limits(uploads=2, uploads_of_client=1)) as service:

        def upload(uploads: ExitStack, client: str) -> None:
            token = CALLER.set(client)
            try:
                uploads.enter_context(service.training_sets.uploading())
            finally:
                CALLER.reset(token)

        with ExitStack() as others:
            with ExitStack() as first:
                upload(first, "one")
                with pytest.raises(TooManyUploads, match="uploads of one client is") as error:
                    upload(others, "one")
                assert error.value.metadata == {"limit": "uploads_of_client", "value": "1"}
                upload(others, "two")
                with pytest.raises(TooManyUploads, match="limit of 2 concurrent uploads") as error:
                    upload(others, "three")
                assert error.value.metadata == {"limit": "uploads", "value": "2"}
            upload(others, "one")


def test_built_in_sets_that_another_replica_adds_meanwhile_are_kept(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = service.training_sets.get("xor")

    def unseen(_: MemoryReader, set_id: str) -> TrainingSet:
        raise TrainingSetNotFound(set_id)

    with monkeypatch.context() as patched:
        patched.setattr(MemoryReader, "training_set", unseen)
        service.training_sets.add_built_in()
    assert service.training_sets.get("xor") == before
