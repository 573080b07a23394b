"""The commands and programs of all documents work, in order and as typed."""

import re
import shutil
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from documents import ROOT, Block, Reader, blocks, documents

#: Text that a document's commands and programs print, among other output.
PRINTED = {
    "README.md": ["SUCCEEDED", "output 1 ← hidden 3"],
    "docs/command-line.md": ["SUCCEEDED", "update,kind,run,epoch"],
    "docs/importing-weights.md": [],
    "docs/operate.md": [
        "clearprop.toml\n",
        "kernels",
        "updates, verified.\n",
        "monday.db: OK\n",
        "Restored monday.db to sqlite:///restored.db: 0 networks, 0 updates, verified.",
        "--database",
        "Limits",
    ],
    "docs/reproducing.md": ["weights of 2-5-1 with seed 7: [[", "True\n"],
    "docs/tables.md": [
        "Targets: the classes of target in this order: class_0, class_1, class_2",
        "43 of 45 correct (95.6%)",
        "45 rows predicted at update",
        "Not used: target",
        "class,probability class_0,probability class_1,probability class_2\nclass_",
        "31 of 45 correct (68.9%)",
        "Categories of sex: 1.0, 2.0\nMissing values in: age",
        "diabetes           0.407",
    ],
    "docs/training.md": [
        "Training set day: 4 examples, 5 inputs, 1 target",
        "Training set digits: 1,797 examples, 64 inputs, 10 targets",
        "in this order: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9",
        "1000 examples",
        "The inputs are images of 8 × 8 pixels",
        "image of (12, 12, 3) True",
        "Network digits (64-32-10, tanh,softmax, categorical-cross-entropy, 2,410 parameters,",
        "categorical-cross-entropy 2410",
        "(32, 64) (32,)",
        "Run 1 of digits is SUCCEEDED: ",
        "430 and 430 updates",
        "Cost of held-out examples of overfitting",
        "It ended early: no validation was better for 10 epochs.",
        "whose weights were restored: held out 0.051",
        "PATIENCE after ",
        "SUCCEEDED after ",
        "At update 0: cost 2.",
        "200 gradients over 8 examples: passed",
        "digits-copy starts as update 100: True",
    ],
    "docs/scikit-learn.md": [
        "Accuracy: ",
        "Network network-",
        "iris: as good",
        "wine: as good",
        "digits: as good",
        "breast_cancer: as good",
    ],
    "docs/sweeps.md": [
        "Sweep species: 6 combinations, 30 trials, 30 trained now.",
        "30 trials, 0 trained now\n{'learning_rate': 0.03, 'hidden_layers': ",
        "Sweep random: 6 combinations, 6 trials, 6 trained now.",
        "species-0006",
        "Run 1 of best is SUCCEEDED",
        "Deleted 6 networks.",
    ],
    "docs/tutorial.md": [
        "setosa, versicolor, virginica",
        "SUCCEEDED",
        "output 3 (virginica) ← hidden 1",
        "setosa\nvirginica\nAccuracy on the test set: 100%",
    ],
    "docs/watching.md": [
        "run 1 is SUCCEEDED after update 5000",
        "update 20000 of epoch 20000: 0.0",
        "20,000 updates, the lowest cost at update 20000",
    ],
}

#: Documents whose output is compared in tests of their own.
COMPARED = {"docs/rest.md", "docs/why-did-this-weight-change.md"}

#: Programs in other languages, which have tests of their own; and what needs a browser.
OTHERS = {"docs/languages.md"}


def weights_of(layer_sizes: list[int]) -> list[np.ndarray[Any, Any]]:
    """Return kernel and bias of each layer, in the layout of Keras."""
    generator = np.random.default_rng(1)
    return [
        generator.normal(size=shape).astype(np.float32)
        for inputs, units in pairwise(layer_sizes)
        for shape in [(inputs, units), (units,)]
    ]


def names_of(document: str) -> dict[str, Any]:
    """Return what the reader of a document has already: models of other libraries."""
    if document != "docs/importing-weights.md":
        return {}
    keras = weights_of([4, 4, 3])
    state_dict = dict(
        zip(
            ("0.weight", "0.bias", "2.weight", "2.bias"),
            (keras[0].T, keras[1], keras[2].T, keras[3]),
            strict=True,
        )
    )
    return {
        "model": SimpleNamespace(get_weights=lambda: keras),
        "sequential": SimpleNamespace(state_dict=lambda: state_dict),
        "mlp": SimpleNamespace(
            coefs_=keras[::2],
            intercepts_=keras[1::2],
            activation="relu",
            out_activation_="softmax",
        ),
    }


@pytest.mark.parametrize("document", PRINTED)
def test_commands_and_programs_work(document: str, reader: Reader) -> None:
    if "curl " in (ROOT / document).read_text() and shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    reader.names = names_of(document)
    typed = [block for block in blocks(document) if not block.is_set_up]
    assert typed
    curl = 'curl() { command curl --silent --show-error --fail-with-body "$@"; }\n'
    output = "".join(reader.types(block, before=curl) for block in typed)
    for text in PRINTED[document]:
        assert text in output, output
    if document == "docs/tables.md":
        assert output.count("  as good\n") == 5, output
    if document == "docs/importing-weights.md":
        outputs = [network.predict([[5.1, 3.5, 1.4, 0.2]]).outputs for network in imported(reader)]
        assert all(np.array_equal(outputs[0], other) for other in outputs[1:])


def imported(reader: Reader) -> list[Any]:
    """Return the networks that were created from one model in several forms."""
    libraries = ("keras", "pytorch", "npz", "sklearn", "onnx")
    return [reader.names["client"].network(f"from-{name}") for name in libraries]


def test_every_document_with_commands_is_run() -> None:
    def is_run_here(block: Block) -> bool:
        return block.language != "js" and not block.is_set_up

    with_commands = {path for path in documents() if any(map(is_run_here, blocks(path)))}
    assert with_commands == set(PRINTED) | COMPARED
    with_programs = {
        path for path in documents() if any(each.language == "js" for each in blocks(path))
    }
    assert with_programs - COMPARED == OTHERS


def test_named_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for document in documents():
        text = (ROOT / document).read_text()
        named = set(re.findall(r"(?:`|^)make ([a-z]+)(?:`|$| .*#)", text, re.MULTILINE))
        assert named <= targets, document


def test_links_lead_to_files() -> None:
    for document in documents():
        path = ROOT / document
        for target in re.findall(r"\]\((?!\w+:|#)([^)#]+)", path.read_text()):
            assert (path.parent / target).exists() or target.startswith("reference/"), target


def test_every_document_is_in_the_navigation_of_the_site() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text()
    for path in sorted((ROOT / "docs").rglob("*.md")):
        page = path.relative_to(ROOT / "docs").as_posix()
        assert page in navigation, page


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 120
