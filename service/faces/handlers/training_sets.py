"""Training sets."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TypeVar

from clearprop.v1 import training_service_pb2 as pb

from service.admission.call import run_in_call
from service.faces.messages.pages import PageResponse, page, page_position
from service.faces.messages.requests import request_id
from service.faces.messages.training_sets import (
    add_rows,
    check_response,
    expect_form,
    listed_set,
    read_generator,
    training_set,
)
from service.faces.messages.uploads import Upload
from service.use_cases.training_sets import NewTrainingSet, TrainingSets, with_seed
from service.use_cases.warnings import Warnings
from training.limits import Limits
from training.suggestion import suggestion_for
from training.training_set import TrainingSet

A = TypeVar("A")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TrainingSetHandlers:
    """The RPCs for training sets."""

    _training_sets: TrainingSets
    _warnings: Warnings
    _limits: Limits

    def create_training_set(
        self, request: pb.CreateTrainingSetRequest
    ) -> pb.CreateTrainingSetResponse:
        """Create a training set."""
        with self._training_sets.creating(request.training_set, request_id(request, _created)) as (
            violations,
            collector,
        ):
            if request.HasField("generator"):
                generator = with_seed(read_generator(violations, request))
                collector.add_generated(violations, generator)
            else:
                expect_form(violations, collector, request)
                add_rows(violations, collector, request)
        new = NewTrainingSet(
            request.training_set,
            collector.examples(),
            collector.table,
            collector.image_shape,
            collector.generator,
            collector.class_names,
            replaces=request.replace,
        )
        if request.validate_only:
            return self._preview(new)
        return _created(self._training_sets.store(new, request_id(request, _created)))

    def _preview(self, new: NewTrainingSet) -> pb.CreateTrainingSetResponse:
        """Return a training set that is not stored, with its examples if a generator made them."""
        found = self._training_sets.validate(new)
        if new.generator is None:
            return _created(found)
        check_response(found, found.example_count, self._limits.response_bytes)
        message = training_set(found, new.examples, suggested=suggestion_for(found))
        return pb.CreateTrainingSetResponse(training_set=message)

    async def upload_training_set(
        self, requests: AsyncIterator[pb.UploadTrainingSetRequest]
    ) -> pb.UploadTrainingSetResponse:
        """Create a training set from a stream of requests."""
        with self._training_sets.uploading() as collector:
            upload = Upload(collector)
            async for request in requests:
                await _run_to_completion(upload.add, request)
            return await _run_to_completion(self._store_upload, upload)

    def get_training_set(self, request: pb.GetTrainingSetRequest) -> pb.GetTrainingSetResponse:
        """Return a training set."""
        set_id, indices = request.training_set, request.example_indices
        found, examples = self._training_sets.get(set_id), None
        if indices:
            check_response(found, len(indices), self._limits.response_bytes)
            found, examples = self._training_sets.get_with_some_examples(set_id, indices)
        elif request.include_examples:
            check_response(found, found.example_count, self._limits.response_bytes)
            found, examples = self._training_sets.get_with_examples(set_id)
        warnings = self._warnings.of_set(found.uid)
        message = training_set(found, examples, warnings, suggestion_for(found))
        return pb.GetTrainingSetResponse(training_set=message)

    def list_training_sets(self, request: pb.ListTrainingSetsRequest) -> PageResponse:
        """List training sets in the order of their ids."""
        found = page(
            request,
            page_position,
            self._training_sets.page,
            lambda each: each.id,
            listed_set,
            self._limits.page_bytes,
        )
        rest = pb.ListTrainingSetsResponse(next_page_token=found.next_token)
        return PageResponse(rest, "training_sets", found.items)

    def delete_training_set(
        self, request: pb.DeleteTrainingSetRequest
    ) -> pb.DeleteTrainingSetResponse:
        """Delete a training set."""
        self._training_sets.delete(request.training_set, request_id(request, _deleted))
        return pb.DeleteTrainingSetResponse()

    def _store_upload(self, upload: Upload) -> pb.UploadTrainingSetResponse:
        return _uploaded(self._training_sets.store(*upload.complete(_uploaded)))


def _created(source: TrainingSet) -> pb.CreateTrainingSetResponse:
    return pb.CreateTrainingSetResponse(training_set=training_set(source))


def _uploaded(source: TrainingSet) -> pb.UploadTrainingSetResponse:
    return pb.UploadTrainingSetResponse(training_set=training_set(source))


def _deleted(_: None) -> pb.DeleteTrainingSetResponse:
    return pb.DeleteTrainingSetResponse()


async def _run_to_completion(work: Callable[[A], T], argument: A) -> T:
    """Run in a thread and, unlike `run_in_call`, wait for it even if the caller disconnects.

    An upload therefore counts as active as long as it uses memory.
    """
    working = asyncio.ensure_future(run_in_call(work, argument))
    try:
        return await asyncio.shield(working)
    finally:
        await asyncio.wait([working])
        if not working.cancelled():
            working.exception()  # else asyncio logs it if the caller has disconnected
