# Generated from clearprop/_async/client_training_sets.py by `make client`: change that file.
"""The calls of a client for training sets."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Unpack

from clearprop._sync.connection import Connection
from clearprop._sync.training_sets import TrainingSet
from clearprop.calls import server, training_sets
from clearprop.keywords import check_methods
from clearprop.tables.options import TableLike, TableOptions
from clearprop.values import (
    MatrixLike,
    RowsLike,
    TargetMatrixLike,
    TargetsLike,
    VectorLike,
    WeightsLike,
)


@check_methods
class ClientTrainingSets:
    """A connection to one server, and the calls for its training sets."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def create_training_set(  # noqa: PLR0913 - what a training set has
        self,
        training_set: str,
        inputs: MatrixLike,
        targets: TargetMatrixLike,
        *,
        weights: VectorLike | None = None,
        image_shape: Sequence[int] | None = None,
        class_names: Sequence[str] = (),
        replace: bool = False,
        request_id: str = "",
    ) -> TrainingSet:
        """Create a training set from `inputs` [examples, inputs] and `targets` [examples, targets].

        Both can be frames; `targets` [examples] has one target for each example. All examples are
        sent in one request of at most 16 MiB; `upload_training_set` has no limit. `training_set` is
        the id; if it is empty, the service generates one. `weights` [examples] are factors of the
        examples' costs and gradients in training; all are 1 by default. `image_shape` says that the
        inputs are the pixels of an image, row by row: its height and width, such as (8, 8), or
        (8, 8, 3) with red, green and blue for each pixel. `class_names` are the names of the
        classes, one for each target, if every example belongs to one class. With `replace`, a set
        with this id is deleted in the same step.
        """
        call = training_sets.create_training_set(
            *(training_set, inputs, targets, request_id, weights),
            image_shape=image_shape,
            class_names=class_names,
            replace=replace,
        )
        response = self._connection.call(call)
        return TrainingSet(self._connection, response.training_set)

    def generate_training_set(  # noqa: PLR0913 - what a generator needs
        self,
        training_set: str,
        generator: str,
        *,
        examples: int = 200,
        noise: float = 0.0,
        seed: int | None = None,
        replace: bool = False,
        request_id: str = "",
    ) -> TrainingSet:
        """Create a training set whose examples the service makes: points in the plane.

        `generator` is `circle`, `moons`, `spiral`, `gauss` or `quadrants`, with the target 1 or 0
        for the class of a point, or `plane` or `peaks`, with a number to predict. `noise` is the
        standard deviation of what is added to both inputs, which are within ±6 without it. The same
        `seed` gives the same bits on every machine; by default, the service chooses one, which
        `generator` of the result has. `training_set` is the id; if it is empty, the service
        generates one. With `replace`, a set with this id is deleted in the same step.
        """
        call = training_sets.generate_training_set(
            *(training_set, generator, examples, noise, seed, request_id), replace=replace
        )
        response = self._connection.call(call)
        return TrainingSet(self._connection, response.training_set)

    def upload_training_set(  # noqa: PLR0913 - what a training set has
        self,
        training_set: str,
        inputs: RowsLike,
        targets: TargetsLike,
        *,
        weights: WeightsLike | None = None,
        image_shape: Sequence[int] | None = None,
        class_names: Sequence[str] = (),
        replace: bool = False,
        request_id: str = "",
    ) -> TrainingSet:
        """Create a training set of any size, sent in chunks.

        `inputs` and `targets` are arrays [examples, numbers], or iterables, such as generators,
        that yield a row of numbers for each example, or one number for `weights`. The set is stored
        completely or not at all. A chunk has 2^17 numbers; the service waits up to a minute for
        each chunk. `image_shape` and `class_names` are those of `create_training_set`. With
        `replace`, a set with this id is deleted in the same step.

        Raises ValueError for rows that are not numbers, and if the numbers of inputs, targets and
        weights differ.
        """
        upload = training_sets.upload_training_set(
            *(training_set, inputs, targets, request_id, weights),
            image_shape=image_shape,
            class_names=class_names,
            replace=replace,
        )
        response = self._connection.upload(upload)
        return TrainingSet(self._connection, response.training_set)

    def upload_table(
        self,
        training_set: str,
        table: TableLike,
        *,
        like: str = "",
        replace: bool = False,
        request_id: str = "",
        **options: Unpack[TableOptions],
    ) -> TrainingSet:
        """Create a training set with named columns from a table.

        `table` is a frame of pandas or polars, an Arrow table, a dict of columns, a list of dicts,
        a data set of scikit-learn, or the `pathlib.Path` of a file. The set is stored completely or
        not at all.

        - `targets`: the names of the target columns. Columns of 0 and 1 are labels, other columns
          are numbers. By default, those that the table names, such as that of scikit-learn.
        - `inputs`: the names of the input columns; all others by default. Columns of numbers are
          numbers, columns of texts are categories.
        - `weights`: the name of the column with the weights of the examples.
        - `one_hot`: the target is a column of classes: one target for each class, 1 or 0.
        - `classes`: the classes in order, by default those that occur, sorted.
        - `categories`: the names of input columns whose numbers are categories.
        - `scaling`: networks standardize numbers (`standardize`) or scale them to 0 to 1
          (`min-max`), by what they learn from the rows on which they are trained.
        - `missing`: networks replace missing numbers by the `mean` or `median` of those rows, or by
          a number. By default, missing values are errors.
        - `image_shape`: the shape of the image that the input columns are, such as (8, 8), as in
          `create_training_set`.
        - `like`: the id of another set: columns, classes and categories are the same as there.
        - `replace`: whether a set with this id is deleted in the same step.

        Raises ValueError, with the place and what to do, if the table is not valid.
        """
        other = (self.training_set(like)).message if like else None
        upload = training_sets.upload_table(
            training_set, table, options, other, request_id, replace=replace
        )
        if upload.is_wide:
            info = self._connection.call(server.get_server_info())
            upload.check_size(info.limits.training_set_bytes)
        response = self._connection.upload(upload)
        return TrainingSet(self._connection, response.training_set)

    def training_set(self, training_set: str) -> TrainingSet:
        """Return a training set by its id; `and`, `or` and `xor` are built in."""
        response = self._connection.call(training_sets.get_training_set(training_set))
        return TrainingSet(self._connection, response.training_set)

    def training_sets(self) -> Iterator[TrainingSet]:
        """Yield the training sets, ordered by id."""
        return self._connection.pages(
            training_sets.list_training_sets(), partial(TrainingSet, self._connection)
        )
