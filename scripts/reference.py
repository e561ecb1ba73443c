"""Writes the reference pages that follow from the program: its commands and its error codes.

Run by `make docs`; a test holds the pages to what this would write.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dagctl.catalogue import CATALOGUE
from dagctl.cli.program import app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.catalogue import Entry

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference"
NOTE = "<!-- Written by `make docs`. -->"


def pages() -> dict[Path, str]:
    """Return each page's path with its text."""
    return {
        REFERENCE / "commands.md": "\n".join(commands()),
        REFERENCE / "errors.md": "\n".join(errors()),
    }


def commands() -> Iterator[str]:
    """Yield the lines of the page about commands."""
    yield "# Commands"
    yield ""
    yield NOTE
    yield ""
    yield from shown("--help")
    for command in app.registered_commands:
        yield f"## dagctl {command.name}"
        yield ""
        yield from shown(str(command.name), "--help")


def shown(*arguments: str) -> Iterator[str]:
    """Yield what dagctl prints for these arguments, as a block."""
    yield "```text"
    yield help_text(*arguments)
    yield "```"
    yield ""


def help_text(*arguments: str) -> str:
    """Return what dagctl prints on 80 columns."""
    environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-m", "dagctl", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    return "\n".join(line.rstrip() for line in done.stdout.rstrip().splitlines())


def errors() -> Iterator[str]:
    """Yield the lines of the page about error codes."""
    yield "# Errors"
    yield ""
    yield NOTE
    yield ""
    yield "Codes are stable. `dagctl explain CODE` prints one of these sections."
    yield ""
    for code, entry in CATALOGUE.items():
        yield from section(code, entry)


def section(code: str, entry: Entry) -> Iterator[str]:
    """Yield the lines about one code."""
    yield f"## {code}"
    yield ""
    yield f"**{entry.title}**"
    yield ""
    yield entry.explanation
    yield ""
    for title, example in (("Wrong", entry.bad), ("Right", entry.good)):
        if example:
            yield f"{title}:"
            yield ""
            yield "```text"
            yield example.rstrip("\n")
            yield "```"
            yield ""
    yield f"Fix: {entry.fix}"
    yield ""


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, "utf-8")
