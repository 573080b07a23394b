"""The guide's curl commands work, in order and as typed, and print what it shows."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from documents import ROOT, Reader, blocks, run
from servers import ServerProcess, new_server

from service.faces.rest.errors import HTTP_CODES

GUIDE = (ROOT / "docs" / "rest.md").read_text()
USUAL = "http://127.0.0.1:8080"

#: Errors that the guide shows; every other command succeeds.
REFUSED = ["bais"]

pytestmark = pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")


@pytest.fixture(scope="module")
def http_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with new_server(tmp_path_factory.mktemp("rest-guide"), http=True) as server:
        yield server


@pytest.fixture(scope="module")
def told(http_server: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the output of each block of commands."""
    reader = Reader(http_server, tmp_path_factory.mktemp("downloads"))
    return [
        reader.types(block, before=_curl(block.text))
        for block in blocks("docs/rest.md")
        if block.language == "sh"
    ]


def _curl(text: str) -> str:
    """Return the definition of a curl that fails on errors, except on those that are shown."""
    fail = "" if any(word in text for word in REFUSED) else "--fail-with-body"
    return f'curl() {{ command curl --silent --show-error {fail} "$@"; }}\n'


def test_all_of_its_commands_work(told: list[str]) -> None:
    assert sum(block.text.count("curl ") for block in blocks("docs/rest.md")) > 30
    for said in (
        "RUN_STATE_PAUSED",
        "RUN_STATE_SUCCEEDED",
        '"chosen":[',
        '"thinned":true',
        '"sentences":[',
        '"accuracy":1.0',
        '"passed":true',
        '"done":true',
        "UPDATE_KIND_EDIT",
        "UPDATE_KIND_RESET",
        '"earliestUpdate":"2"',
        "10,GRADIENT,1,10,0,4,0.69",
    ):
        assert any(said in block for block in told), said


def test_its_programs_read_the_arrays_of_a_state(
    http_server: ServerProcess, told: list[str], tmp_path: Path
) -> None:
    reader = Reader(http_server, tmp_path)
    (shown,) = [said.partition("\n")[0] for said in told if said.startswith('{"state":')]
    state = json.loads(shown)["state"]
    (program,) = [each for each in blocks("docs/rest.md") if each.language == "python"]
    reader.types(program)
    assert reader.names["parameters"].shape == (15,)
    if not shutil.which("node"):
        pytest.skip("Node.js is not installed")
    _, script = [each for each in blocks("docs/rest.md") if each.language == "js"]
    (tmp_path / "state.mjs").write_text(reader.addressed(script.text))
    lines = run("node", "state.mjs", cwd=tmp_path).splitlines()
    assert lines[0] == f"{state['update']} {state['kind']} {state['cost']}"
    assert str(state["layers"][1]["weights"][0]) in "".join(lines)


def test_answers_are_those_that_it_shows(told: list[str]) -> None:
    shown = re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)
    assert len(shown) == 2
    for answer in shown:
        pattern = re.escape(answer).replace("…", ".*")
        assert any(re.fullmatch(pattern, block) for block in told), answer


def test_the_stream_is_the_one_that_it_shows(told: list[str]) -> None:
    (shown,) = re.findall(r"```\n(retry.*?)```", GUIDE, re.DOTALL)
    (stream,) = [block for block in told if block.startswith("retry")]
    pattern = re.escape(shown.strip()).replace("…", "(.|\n)*")
    assert re.fullmatch(pattern, stream.strip())


def test_every_path_that_it_names_is_one_of_the_contract(http_server: ServerProcess) -> None:
    document = json.loads(run("curl", "--silent", f"{http_server.http}/openapi.json"))
    paths = [re.sub(r"{\w+}", "[^/:]+", path) for path in document["paths"]]
    named = {
        path.partition("?")[0].rstrip("'\")")
        for path in re.findall(rf"{USUAL}(/v1/[^\s'\"]*)", GUIDE)
    }
    assert len(named) > 20
    for path in named:
        assert any(re.fullmatch(each, path) for each in paths), path


def test_every_code_that_an_error_can_have_is_in_its_table() -> None:
    table = re.findall(r"^\| ([\d, ]+) \|", GUIDE, re.MULTILINE)
    codes = {int(code) for row in table for code in row.split(",")}
    assert {int(code) for code in HTTP_CODES.values()} <= codes
