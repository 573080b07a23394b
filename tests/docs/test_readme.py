"""The README's commands and programs do what it says, typed as they stand there."""

import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from documents import ROOT, run
from servers import ServerProcess, new_server

README = (ROOT / "README.md").read_text()
NODE_MODULES = ["@grpc/grpc-js@1", "@grpc/proto-loader@0"]


def block(language: str, containing: str) -> str:
    """The one block of the README in this language that has this text."""
    blocks = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    (found,) = [text for text in blocks if containing in text]
    return str(found)


def for_server(text: str, server: ServerProcess) -> str:
    """The same with the address of a test's server in place of the usual one."""
    assert "127.0.0.1:50051" in text
    return text.replace("127.0.0.1:50051", server.target)


def test_the_shell_commands_work(server: ServerProcess) -> None:
    scripts = Path(sys.executable).parent
    output = run(
        *("sh", "-e", "-c", block("sh", "clearprop create")),
        PATH=f"{scripts}{os.pathsep}{os.environ['PATH']}",
        CLEARPROP_SERVER=server.target,
    )
    assert "SUCCEEDED" in output
    assert "10,000" in output or "10000" in output


def test_the_curl_commands_work(tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("the README's curl commands were NOT tested: there is no curl here")
    with new_server(tmp_path, http=True) as server:
        script = block("sh", "curl --json").replace("http://127.0.0.1:8080", server.http)
        output = run("sh", "-e", "-c", script)
    assert 'id: 10000\ndata: {"updates"' in output
    assert output.rstrip().endswith("event: end\nid: end\ndata: {}")


def test_the_python_program_works(server: ServerProcess) -> None:
    output = run(sys.executable, "-c", for_server(block("python", "connect("), server))
    updates = [line.split()[0] for line in output.splitlines()[:11]]
    assert updates == ["1", *(str(number) for number in range(1_000, 10_001, 1_000))]


def test_the_node_program_works(server: ServerProcess, tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("the README's Node.js program was NOT tested: there is no npm here")
    run("npm", "install", "--no-audit", "--no-fund", "--silent", *NODE_MODULES, cwd=tmp_path)
    shutil.copytree(ROOT / "proto", tmp_path / "proto")
    (tmp_path / "watch.js").write_text(for_server(block("js", "TrainingService"), server))
    output = run("node", "watch.js", cwd=tmp_path)
    lines = output.splitlines()
    assert lines[-1] == "RUN_STATE_SUCCEEDED"
    assert any(line.startswith("update 10000 cost") for line in lines)


def test_the_make_targets_of_the_readme_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`?make ([a-z]+)", README))
    assert named <= targets


def test_every_link_of_the_documents_leads_somewhere() -> None:
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"
