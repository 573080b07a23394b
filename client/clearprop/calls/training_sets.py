"""Calls for training sets."""

from collections.abc import Sequence

from clearprop.calls.base import PAGE_SIZE, Call, Pages, new_request_id
from clearprop.image_shapes import image_shape_of
from clearprop.tables.options import TableLike, TableOptions, examples_of
from clearprop.tables.uploads import TableUpload
from clearprop.uploads import Upload
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_set_pb2 import Example, Generator, GeneratorKind, TrainingSet
from clearprop.values import (
    MatrixLike,
    RowsLike,
    TargetMatrixLike,
    TargetsLike,
    VectorLike,
    WeightsLike,
    enum_value,
    rows_of,
    target_rows_of,
    weights_of_examples,
)


def create_training_set(  # noqa: PLR0913 - what a training set has
    training_set: str,
    inputs: MatrixLike,
    targets: TargetMatrixLike,
    request_id: str,
    weights: VectorLike | None = None,
    *,
    image_shape: Sequence[int] | None = None,
    class_names: Sequence[str] = (),
    replace: bool = False,
) -> Call[pb.CreateTrainingSetResponse]:
    """Create a training set."""
    input_rows = rows_of(inputs, "inputs")
    target_rows = target_rows_of(targets)
    if len(input_rows) != len(target_rows):
        raise ValueError(
            f"There are {len(input_rows)} rows of inputs and {len(target_rows)} rows of targets:"
            " every example needs one of each."
        )
    given: Sequence[float | None] = [None] * len(input_rows)
    if weights is not None:
        given = weights_of_examples(weights, "weights")
        if len(given) != len(input_rows):
            raise ValueError(
                f"There are {len(input_rows)} examples and {len(given)} weights: every example"
                " needs one, or none has."
            )
    request = pb.CreateTrainingSetRequest(
        training_set=training_set,
        examples=[
            Example(inputs=each, targets=wanted, weight=weight)
            for each, wanted, weight in zip(input_rows, target_rows, given, strict=True)
        ],
        request_id=request_id or new_request_id(),
        replace=replace,
        image_shape=image_shape_of(image_shape),
        class_names=class_names,
    )
    return Call(request, pb.CreateTrainingSetResponse)


def generate_training_set(  # noqa: PLR0913 - what a generator needs
    training_set: str,
    generator: str,
    example_count: int,
    noise: float,
    seed: int | None,
    request_id: str,
    *,
    replace: bool = False,
) -> Call[pb.CreateTrainingSetResponse]:
    """Create a training set whose examples the service makes."""
    request = pb.CreateTrainingSetRequest(
        training_set=training_set,
        generator=Generator(
            kind=enum_value(GeneratorKind, generator),
            example_count=example_count,
            noise=noise,
            seed=seed,
        ),
        request_id=request_id or new_request_id(),
        replace=replace,
    )
    return Call(request, pb.CreateTrainingSetResponse)


def upload_training_set(  # noqa: PLR0913 - what a training set has
    training_set: str,
    inputs: RowsLike,
    targets: TargetsLike,
    request_id: str,
    weights: WeightsLike | None = None,
    *,
    image_shape: Sequence[int] | None = None,
    class_names: Sequence[str] = (),
    replace: bool = False,
) -> Upload:
    """Create a training set that is sent in chunks."""
    return Upload(
        *(training_set, inputs, targets, request_id or new_request_id(), weights),
        image_shape=image_shape_of(image_shape),
        class_names=class_names,
        replace=replace,
    )


def upload_table(
    training_set: str,
    table: TableLike,
    options: TableOptions,
    like: TrainingSet | None,
    request_id: str,
    *,
    replace: bool = False,
) -> TableUpload:
    """Create a training set from a table that is sent in chunks."""
    if like is not None and not like.HasField("table"):
        raise ValueError(f"The training set {like.training_set} has no table with named columns.")
    examples = examples_of(table, options, None if like is None else like.table)
    return TableUpload(training_set, examples, request_id or new_request_id(), replace=replace)


def get_training_set(
    training_set: str, *, include_examples: bool = False, example_indices: Sequence[int] = ()
) -> Call[pb.GetTrainingSetResponse]:
    """Read a training set."""
    request = pb.GetTrainingSetRequest(
        training_set=training_set,
        include_examples=include_examples,
        example_indices=example_indices,
    )
    return Call(request, pb.GetTrainingSetResponse)


def list_training_sets() -> Pages[pb.ListTrainingSetsResponse, TrainingSet]:
    """List the training sets."""
    return Pages(
        lambda token: Call(
            pb.ListTrainingSetsRequest(page_size=PAGE_SIZE, page_token=token),
            pb.ListTrainingSetsResponse,
        ),
        lambda page: (page.training_sets, page.next_page_token),
    )


def delete_training_set(training_set: str, request_id: str) -> Call[pb.DeleteTrainingSetResponse]:
    """Delete a training set."""
    request = pb.DeleteTrainingSetRequest(
        training_set=training_set, request_id=request_id or new_request_id()
    )
    return Call(request, pb.DeleteTrainingSetResponse)
