"""import-weights creates a network, or resets one of the same shape."""

from pathlib import Path
from typing import Any

import clearprop as client_library
import numpy as np
from calls import fresh_id
from console import Clearprop
from servers import ServerProcess


def test_weights_create_a_network_or_reset_one(
    clearprop: Clearprop, server: ServerProcess, tmp_path: Path
) -> None:
    name, other = fresh_id(), fresh_id()
    arrays: dict[str, Any] = {
        "0.weight": np.ones((3, 2)),
        "0.bias": np.ones(3),
        "2.weight": np.ones((1, 3)),
    }
    np.savez(tmp_path / "net.npz", **arrays)
    missing = clearprop("import-weights", name, "net.npz", code=1).stderr
    assert "Error: The weights have no activations. Pass" in missing
    words = ("--activations", "tanh,sigmoid")
    assert clearprop("import-weights", name, "net.npz", *words).stdout == (
        f"Network {name} (2-3-1, tanh,sigmoid, cross-entropy, 13 parameters, with biases), with the"
        " weights of net.npz.\n"
    )
    clearprop("export", name, "--format", "safetensors", "--output", "net.safetensors")
    np.savez(tmp_path / "twice.npz", **{key: 2 * each for key, each in arrays.items()})
    assert clearprop("import-weights", name, "twice.npz").stdout == (
        f"Update 1 of {name} sets all parameters to those of twice.npz.\n"
    )
    clearprop("import-weights", other, "net.safetensors")
    with client_library.connect(server.target) as client:
        state = client.network(name).state()
        assert np.array(state.weights[0]).tolist() == [[2.0, 2.0]] * 3
        assert [list(each) for each in state.biases] == [[2.0] * 3, [0.0]]
        copy = client.network(other)
        assert (copy.latest_update, copy.activations) == (0, ["tanh", "sigmoid"])
        assert np.array_equal(copy.state().weights[0], np.ones((3, 2)))

    np.savez(tmp_path / "wide.npz", arr_0=np.ones((4, 2)), arr_1=np.ones(4))
    wide = clearprop("import-weights", name, "wide.npz", code=1).stderr
    assert f"Network {name} exists with other layer sizes: 2,3,1, not 2,4." in wide
    relu = clearprop("import-weights", name, "net.npz", "--activations", "relu", code=1).stderr
    assert f"{name} exists with other activations: tanh,sigmoid, not relu,relu." in relu
    (tmp_path / "net.pkl").write_bytes(b"\x80\x04\x95")
    assert "is a Python pickle" in clearprop("import-weights", name, "net.pkl", code=1).stderr
    with client_library.connect(server.target) as client:
        assert client.network(name).latest_update == 1
