"""`clearprop copy`: a store moves to another database."""

from contextlib import closing
from pathlib import Path

import clearprop
from console import invoke
from servers import new_server


def test_a_server_goes_on_with_a_copy_of_its_store(tmp_path: Path) -> None:
    with new_server(tmp_path) as server, clearprop.connect(server.target) as client:
        network = client.create_network("xor", layer_sizes=(2, 5, 1), seed=1)
        network.step("xor", count=30, learning_rate=0.5, batch_size=4, epochs=99)
        server.stop()
    source, target = server.database, f"sqlite:///{tmp_path / 'moved.db'}"
    done = invoke("copy", source, target)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.endswith(f"rows to {target}: 1 network, 31 updates, verified.\n")
    server.database = target
    server.start()
    with closing(clearprop.connect(server.target)) as client:
        assert client.network("xor").latest_update == 30
    server.stop()


def test_a_copy_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    done = invoke("copy", f"sqlite:///{tmp_path}/none.db", f"sqlite:///{tmp_path}/target.db")
    assert done.exit_code == 1
    assert done.stderr == f"Error: The database {tmp_path}/none.db does not exist.\n"
