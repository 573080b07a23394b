"""Commands that change weights, and show what changed."""

from calls import fresh_id
from console import Clearprop


def test_weights_are_set_reset_and_compared(clearprop: Clearprop) -> None:
    name = fresh_id()
    clearprop("create", name, "--layers", "2-2-1", "--seed", "7")
    output = clearprop("set-weight", name, "1", "2", "1", "--", "-0.5").stdout
    assert output == f"Update 1 of {name} sets hidden 2 ← input 1 to -0.5.\n"
    output = clearprop("reset", name, "--initializer", "zeros").stdout
    assert output == f"Update 2 of {name} resets all parameters: initializer zeros.\n"
    lines = clearprop("diff", name, "0", "1").stdout.splitlines()
    assert lines[0] == f"{name} update 0 (INITIAL) → update 1 (EDIT)"
    assert lines[3].split()[-3:][1] == "-0.500000"
    assert "All parameters are equal." in clearprop("diff", name, "2", "2").stdout
    fork = fresh_id()
    clearprop("fork", name, fork, "--update", "1")
    clearprop("set-weight", fork, "1", "1", "1", "--", "0.25")
    lines = clearprop("diff", fork, "1", "--base-network", name).stdout.splitlines()
    assert lines[0] == f"{name} update 1 (EDIT) → {fork} update 1 (EDIT)"
    assert lines[3].split()[:3] == ["hidden", "1", "←"]
