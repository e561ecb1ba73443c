"""What users see, to the letter: runs compared with the transcripts beside this file.

`DAGCTL_UPDATE_TRANSCRIPTS=1 pytest tests/cli/test_transcripts.py` writes them again.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import BAD, GOOD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.cli.conftest import Done, Shell

TRANSCRIPTS = Path(__file__).parent / "transcripts"
WRITE = os.environ.get("DAGCTL_UPDATE_TRANSCRIPTS") == "1"
WIDE = """\
dag_name: "日本語の名前"
owner: é\tx
tags: [a, a]
tasks:
  - {task_id: extract, task_type: bash, bash_command: "LONG {{ ds }", dependencies: [extrct]}
"""

VARYING = (
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b", "<uuid>"),
    (r"\b[0-9a-f]{40}\b", "<commit>"),
    (r"\b[0-9a-f]{12}\b(?=, )", "<commit>"),
    (r"\b[0-9a-f]{7}\b(?=\)| on )", "<commit>"),
    (r"\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?Z)?", "<time>"),
    (r"spec [0-9a-f]{16}, code [0-9a-f]{16}", "spec <digest>, code <digest>"),
)


def transcript(shell: Shell, runs: Sequence[str], **options: str) -> str:
    """Return the runs as a user would paste them; `! ` marks standard error."""
    parts = []
    for line in runs:
        done = shell.run(*line.split(), **options)
        parts += [f"$ dagctl {line}", *shown(done, shell), f"[exit code {done.code}]", ""]
    return "\n".join(parts)


def shown(done: Done, shell: Shell) -> list[str]:
    text = [*done.out.splitlines(), *(f"! {line}".rstrip() for line in done.err.splitlines())]
    return [constant(line.replace(str(shell.folder), "<folder>")) for line in text]


def constant(line: str) -> str:
    for pattern, name in VARYING:
        line = re.sub(pattern, name, line)
    return line


def compare(name: str, found: str) -> None:
    file = TRANSCRIPTS / f"{name}.txt"
    if WRITE:
        file.parent.mkdir(exist_ok=True)
        file.write_text(found, "utf-8")
    assert found == file.read_text("utf-8")


@pytest.fixture
def prepared(workspace: Shell) -> Shell:
    workspace.write("bad.yaml", BAD)
    workspace.write("wide.yaml", WIDE.replace("LONG", "x" * 200))
    workspace.environ["NO_COLOR"] = "1"
    return workspace


FINDINGS = ("validate bad.yaml wide.yaml", "validate bad.yaml -o concise", "create bad.yaml nope")


@pytest.mark.parametrize("columns", ["80", "120"])
def test_findings(prepared: Shell, columns: str) -> None:
    compare(f"findings-{columns}", transcript(prepared, FINDINGS, COLUMNS=columns))


def test_findings_in_ascii(prepared: Shell) -> None:
    compare("findings-ascii", transcript(prepared, FINDINGS, encoding="ascii"))


def test_findings_in_colour(prepared: Shell) -> None:
    found = transcript(prepared, ["--color always validate bad.yaml"])
    compare("findings-colour", found.replace("\x1b", "<ESC>"))


def test_the_life_of_a_dag(prepared: Shell) -> None:
    life = [
        "init",
        "create --dry-run specs",
        "create specs",
        "create specs",
        "list",
        "show daily_orders",
        "show daily_orders -o mermaid",
        "recover",
    ]
    compare("life", transcript(prepared, life))


def test_a_changed_spec_and_a_changed_file(prepared: Shell) -> None:
    prepared.ok("create", "specs")
    prepared.write("specs/orders.yaml", GOOD.replace("0 2 * * *", "30 2 * * *"))
    parts = [transcript(prepared, ["create --dry-run --exit-code specs"])]
    file = prepared.folder / "dags" / "daily_orders.py"
    file.write_text(file.read_text().replace('"data-team"', '"me"'))
    parts.append(transcript(prepared, ["list", "create specs", "create specs --force"]))
    compare("changes", "\n".join(parts))


def test_failures(prepared: Shell) -> None:
    wrong = ["craete", "list --ownr x", "show nope", "explain DAG2", "list -o json --limit 0"]
    compare("failures", transcript(prepared, wrong))
