"""The reference of the command line, as Markdown from the help of its commands."""

import re
from collections.abc import Iterator
from typing import Any

import typer
import typer.main
from clearprop.cli.program import app


def reference() -> str:
    """Return the page: each command with its usage, its help, its arguments and options."""
    root = typer.main.get_command(app)
    parts = [
        "# Commands",
        "All commands of `clearprop`, generated from their `--help`.",
        *_commands(root, typer.Context(root, info_name="clearprop")),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _commands(command: Any, context: typer.Context) -> Iterator[str]:  # noqa: ANN401 - a class of click, which Typer keeps to itself
    """Yield the description of a command, or of each command of a group."""
    is_group = hasattr(command, "list_commands")
    if not is_group or (command.invoke_without_command and context.parent):
        yield from _command(command, context)
    if not is_group:
        return
    for name in command.list_commands(context):
        child = command.get_command(context, name)
        yield from _commands(child, typer.Context(child, info_name=name, parent=context))


def _command(command: Any, context: typer.Context) -> Iterator[str]:  # noqa: ANN401 - as above
    yield f"## {context.command_path.removeprefix('clearprop ')}"
    yield f"```text\n{context.command_path} {' '.join(command.collect_usage_pieces(context))}\n```"
    yield _plain(command.help or "")
    rows = [
        f"| `{names.removesuffix(' <str>')}` | {_cell(text)} |"
        for parameter in command.get_params(context)
        for names, text in [parameter.get_help_record(context) or ("", "")]
        if names and not names.startswith("--help")
    ]
    if rows:
        yield "\n".join(["| argument or option | meaning |", "| --- | --- |", *rows])


def _plain(text: str) -> str:
    """Remove the markup of terminals, and keep paragraphs."""
    text = re.sub(r"\[/?(?:bold|dim|italic|/)\]", "", text).replace("\b", "").replace("\f", "")
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs).replace("<", "&lt;")


def _cell(text: str) -> str:
    """Return a description as a cell of a table, with default and requirement as sentences."""
    text = re.sub(r"\s*\[default: \(?(.*?)\)?\]$", r" Default: \1.", _plain(text))
    text = re.sub(r"\s*\[required\]$", " Required.", text)
    return " ".join(text.split()).replace("|", r"\|")
