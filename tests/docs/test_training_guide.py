"""The guide's commands and programs do what it says, in the order in which they stand there."""

import io
import os
import re
import shutil
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from clearprop.v1.network_pb2 import Activation, CostFunction, InitializerKind
from clearprop.v1.run_pb2 import OptimizerKind
from clearprop.values import enum_word
from documents import ROOT, run
from servers import ServerProcess

GUIDE = (ROOT / "docs" / "training.md").read_text()

SAID = [
    "training set day: 4 examples, 2 inputs, 1 targets",
    "training set digits: 1,797 examples, 64 inputs, 10 targets",
    "in this order: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9",
    "1000 examples",
    "network digits (64-32-10, tanh,softmax, categorical-cross-entropy, 2,410 parameters,",
    "categorical-cross-entropy 2410",
    "(32, 64) (32,)",
    "run 1 of digits is SUCCEEDED: ",
    "SUCCEEDED after ",
    "at update 0: cost 2.",
    "200 gradients over 8 examples passed",
    "digits-copy begins as update 100: True",
]


def test_all_of_the_guide_works(
    own_server: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tests" / "data").mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "data" / "digits.npz", tmp_path / "tests" / "data")
    monkeypatch.chdir(tmp_path)
    scripts = Path(sys.executable).parent
    names: dict[str, Any] = {}
    told = ""
    for language, block in re.findall(r"```(sh|python)\n(.*?)```", GUIDE, re.DOTALL):
        if language == "sh":
            told += run(
                *("sh", "-e", "-c", block),
                cwd=tmp_path,
                PATH=f"{scripts}{os.pathsep}{os.environ['PATH']}",
                CLEARPROP_SERVER=own_server.target,
            )
        else:
            with redirect_stdout(io.StringIO()) as printed:
                # Blocks go on with what those before them made, as for a reader who types them.
                exec(block.replace("127.0.0.1:50051", own_server.target), names)  # noqa: S102
            told += printed.getvalue()
    names["client"].close()
    for said in SAID:
        assert said in told, told


def test_the_guide_names_every_word_that_can_be_chosen() -> None:
    enums: list[Any] = [Activation, CostFunction, InitializerKind, OptimizerKind]
    words = [enum_word(enum, value) for enum in enums for value in enum.values()[1:]]
    # That weights were given is only said of a network; it cannot be chosen.
    assert [word for word in words if f"`{word}`" not in GUIDE] == ["explicit"]
