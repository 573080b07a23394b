"""The options of `clearprop import`."""

from pathlib import Path
from typing import Annotated

import typer

from clearprop.cli.parsers import real_number
from clearprop.cli.table_options import existing_file, filling, image_shape

File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        dir_okay=False,
        callback=existing_file,
        help=(
            "A table: CSV (.csv, .csv.gz), Parquet, Arrow (.arrow, .feather), NumPy (.npz), JSON"
            " (.json, .jsonl), LIBSVM (.svm, .libsvm) or ARFF (.arff); - is standard input."
        ),
    ),
]
SetName = Annotated[
    str,
    typer.Option(
        metavar="ID", help="The id of the training set.", show_default="from the file name"
    ),
]
TargetNames = Annotated[
    str,
    typer.Option(
        metavar="NAMES",
        help="The target columns, separated by commas, or the target array in .npz.",
        show_default="those that the file names; for .npz: targets",
    ),
]
InputNames = Annotated[
    str,
    typer.Option(
        metavar="NAMES",
        help="The input columns, separated by commas, or the input array in .npz.",
        show_default="all other columns; for .npz: inputs",
    ),
]
WeightName = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="The column, or the array in .npz, with the weight of each example.",
        show_default="all weights are 1",
    ),
]
OneHotLabels = Annotated[
    bool,
    typer.Option(
        "--one-hot",
        help="The target is a class: create one target per class, 1 or 0.",
    ),
]
ClassNames = Annotated[
    str,
    typer.Option(
        metavar="NAMES",
        help="The classes of the target in order; others are errors. Implies --one-hot.",
        show_default="those that occur, sorted",
    ),
]
CategoryNames = Annotated[
    str,
    typer.Option(metavar="NAMES", help="Input columns whose numbers are categories."),
]
Standardize = Annotated[
    bool,
    typer.Option(
        "--standardize",
        help="Networks scale numbers to mean 0 and deviation 1, learned from the training rows.",
    ),
]
MinMax = Annotated[
    bool,
    typer.Option(
        "--min-max", help="Networks scale numbers to 0 to 1, learned from the training rows."
    ),
]
Filling = Annotated[
    object,
    typer.Option(
        "--missing",
        metavar="mean|median|VALUE",
        parser=filling,
        help="What networks replace missing numbers by.",
        show_default="missing values are errors",
    ),
]
Shape = Annotated[
    object,
    typer.Option(
        "--shape",
        metavar="HEIGHTxWIDTH",
        parser=image_shape,
        help=(
            "The inputs are the pixels of an image, such as 8x8, row by row; 8x8x3 with red, green"
            " and blue for each pixel."
        ),
        show_default="none",
    ),
]
Like = Annotated[
    str,
    typer.Option(
        metavar="SET",
        help="Take columns, classes and categories of this training set; others are errors.",
    ),
]
Replace = Annotated[
    bool, typer.Option("--replace", help="Delete a training set with this id in the same step.")
]
Divisor = Annotated[
    float,
    typer.Option(
        metavar="NUMBER",
        parser=real_number,
        help=(
            "Divide all inputs by this number, such as 255 for pixels, and store them without names"
            " of columns and classes. --min-max keeps the names."
        ),
    ),
]
