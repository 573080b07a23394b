"""Uploads: training sets as a stream of requests."""

from collections.abc import Callable
from hashlib import blake2b
from typing import NamedTuple

from clearprop.v1 import training_service_pb2
from google.protobuf.message import Message

from service.faces.messages.training_sets import add_rows, expect_form
from service.use_cases.requests import RequestId
from service.use_cases.training_sets import NewTrainingSet
from training.errors import Violations, validating
from training.example_collector import Collector
from training.identifiers import check_id, check_request_id
from training.training_set import Examples, TrainingSet

_ONLY_IN_FIRST = "is allowed only in the first request"


class Uploaded(NamedTuple):
    """The content of all requests of an upload."""

    new: NewTrainingSet
    request: RequestId[TrainingSet] | None


class Upload:
    """Collects the requests of one upload."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._set_id: str | None = None
        self._request_id = ""
        self._replaces = False
        self._form = ""  # what the digest of the request depends on, empty for rows of numbers

    def add(self, message: training_service_pb2.UploadTrainingSetRequest) -> None:
        """Add the next request. Raises InvalidFields, LimitExceeded."""
        with validating() as violations:
            if self._set_id is None:
                self._set_id, self._request_id = message.training_set, message.request_id
                self._replaces = message.replace
                self._check_names(violations)
                self._form = _form_of(message)
                expect_form(violations, self._collector, message)
            else:
                for field in ("training_set", "request_id", "weights", "replace", "class_names"):
                    violations.require(not getattr(message, field), field, _ONLY_IN_FIRST)
                violations.require(not message.HasField("table"), "table", _ONLY_IN_FIRST)
                has_shape = message.HasField("image_shape")
                violations.require(not has_shape, "image_shape", _ONLY_IN_FIRST)
            add_rows(violations, self._collector, message)

    def complete(self, respond: Callable[[TrainingSet], Message]) -> Uploaded:
        """Return the content of the upload; `respond` converts the stored training set.

        Raises InvalidFields if there are no examples.
        """
        set_id = self._set_id or ""
        examples = self._collector.examples()
        new = NewTrainingSet(
            set_id,
            examples,
            self._collector.table,
            self._collector.image_shape,
            class_names=self._collector.class_names,
            replaces=self._replaces,
        )
        return Uploaded(new, self._request(set_id, examples, respond))

    def _check_names(self, violations: Violations) -> None:
        """Report invalid ids before the other requests arrive."""
        if self._set_id:
            check_id(violations, "training_set", self._set_id)
        if self._request_id:
            check_request_id(violations, "request_id", self._request_id)

    def _request(
        self, set_id: str, examples: Examples, respond: Callable[[TrainingSet], Message]
    ) -> RequestId[TrainingSet] | None:
        """Return the request id; its digest does not depend on the division into requests."""
        if not self._request_id:
            return None
        shape = f"UploadTrainingSetRequest {set_id} {examples.inputs.shape}{self._form}"
        digest = blake2b(shape.encode(), digest_size=16)
        digest.update(examples.inputs.ravel().data)
        digest.update(examples.targets.ravel().data)
        if examples.weights is not None:
            digest.update(examples.weights.data)
        return RequestId(
            self._request_id,
            digest.digest(),
            lambda training_set: respond(training_set).SerializeToString(),
        )


def _form_of(message: training_service_pb2.UploadTrainingSetRequest) -> str:
    """Return what the digest contains of a table, an image and classes, after its first parts."""
    form = ""
    if message.HasField("table"):
        form += f" {message.weights} {message.table.SerializeToString()!r}"
    if message.HasField("image_shape"):
        form += f" image {message.image_shape.SerializeToString()!r}"
    if message.class_names:
        form += f" classes {list(message.class_names)!r}"
    return form
