"""The exported sources in C and Python compute the outputs of Predict, bit for bit."""

import ctypes
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from moments import compiled, moment

from service.use_cases.exports.moment import Moment
from service.use_cases.exports.source.c_source import c_source
from service.use_cases.exports.source.python_source import python_source
from training.engine import activations
from training.network import Array
from training.numerics.activations import Activation

#: Floats of every size, and where functions end or change.
SPECIAL = [0.0, -0.0, 5e-324, -1e-310, 1e-17, -1e-17, 0.5, -0.5625, 1.0625, -0.7, 30.0, -36.8]
LARGE = [700.0, -700.0, 745.2, -746.5, 1e300, -1e300]


def some_network(word: Activation, *, bias: bool) -> Moment:
    random = np.random.default_rng(7)
    hidden = Activation.TANH if word is Activation.SOFTMAX else word
    return moment((3, 9, 5, 4), (hidden, hidden, word), random.standard_normal, bias=bias)


def some_inputs() -> Array:
    random = np.random.default_rng(8)
    special = np.repeat(np.array(SPECIAL + LARGE)[:, None], 3, axis=1)
    return np.concatenate([random.standard_normal((40, 3)) * 3, special])


def predicted(some: Moment, inputs: Array) -> Array:
    outputs = some.network.layer_sizes[-1]
    return activations(some.network, some.state.parameters, inputs)[:, -outputs:]


def equal(ours: Array, wanted: Array) -> bool:
    """Whether all bits are equal, but for those of NaN."""
    return np.where(np.isnan(ours), 0.0, ours).tobytes() == np.where(
        np.isnan(wanted), 0.0, wanted
    ).tobytes() and np.array_equal(np.isnan(ours), np.isnan(wanted))


@pytest.mark.parametrize("word", Activation)
def test_the_c_source_has_the_bits_of_predict(word: Activation, tmp_path: Path) -> None:
    some, inputs = some_network(word, bias=word is not Activation.RELU), some_inputs()
    library, outputs = compiled(some, tmp_path), np.empty((len(inputs), 4))
    for given, found in zip(inputs, outputs, strict=True):
        library.predict(ctypes.c_void_p(given.ctypes.data), ctypes.c_void_p(found.ctypes.data))
    assert equal(outputs, predicted(some, inputs))


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("word", Activation)
def test_the_python_source_has_the_bits_of_predict(word: Activation, bias: bool) -> None:
    some, inputs = some_network(word, bias=bias), some_inputs()
    module: dict[str, object] = {}
    exec("".join(python_source(some)), module)  # noqa: S102 - it is the file to test
    predict = module["predict"]
    assert callable(predict)
    outputs = np.array([predict(row) for row in inputs.tolist()])
    assert equal(outputs, predicted(some, inputs))
    with pytest.raises(ValueError, match="there must be 3 inputs, not 2"):
        predict([1.0, 2.0])


def test_the_python_source_needs_nothing_but_python(tmp_path: Path) -> None:
    some = some_network(Activation.GELU, bias=True)
    (tmp_path / "net.py").write_text("".join(python_source(some)), encoding="utf-8")
    code = "import net; print([x.hex() for x in net.predict([1, 2, 3])])"
    # -S: without installed packages; the current folder is on the path.
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    (wanted,) = predicted(some, np.array([[1.0, 2.0, 3.0]]))
    assert done.stdout == f"{[float(x).hex() for x in wanted]}\n"


def test_sources_are_written_in_chunks() -> None:
    long = moment((5_000, 20, 1), (Activation.TANH, Activation.SIGMOID), np.arange, bias=True)
    for source in (c_source, python_source):
        assert len(list(source(long))) > 20
        assert max(map(len, source(long))) < 2**18
