"""Slips of people new to YAML, JSON and specs: each has its place, its message and its one hint.

`slips/*.txt` is the table: a title, the text, and after `---` what dagctl says about it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dagctl.spec.load import check_spec

if TYPE_CHECKING:
    from _pytest.mark import ParameterSet

    from dagctl.readers.syntax import Format

SLIPS = Path(__file__).parent / "slips"


def _table(form: str) -> list[ParameterSet]:
    """Return each title, text and expected report."""
    entries = (SLIPS / f"{form}.txt").read_text("utf-8").split("=== ")[1:]
    table = []
    for entry in entries:
        title, _, rest = entry.partition("\n")
        text, _, expected = rest.rpartition("\n---\n")
        table.append(pytest.param(text + "\n", expected, id=title))
    return table


def _report(text: str, form: Format) -> str:
    found = check_spec(text, format=form).diagnostics
    return "".join(
        f"{item.line}:{item.column} {item.code} {item.message}\n    {item.hint}\n" for item in found
    )


@pytest.mark.parametrize(("text", "expected"), _table("yaml"))
def test_a_slip_in_yaml_has_the_message_that_helps(text: str, expected: str) -> None:
    assert _report(text, "yaml") == expected


@pytest.mark.parametrize(("text", "expected"), _table("json"))
def test_a_slip_in_json_has_the_message_that_helps(text: str, expected: str) -> None:
    assert _report(text, "json") == expected


@pytest.mark.parametrize(
    ("origin", "message"),
    [
        ("dags/foo.py", "a Python file is not a spec"),
        ("spec.toml", "a TOML file is not a spec"),
        ("README.md", "a Markdown file is not a spec"),
    ],
)
def test_a_file_of_another_kind_is_named_once(origin: str, message: str) -> None:
    (found,) = check_spec("[a]\nb = 1\n# c: d: e\n", origin=origin).diagnostics

    assert (found.message, found.line) == (message, 1)


def test_a_spec_may_come_from_a_file_of_any_name() -> None:
    text = "dag_name: T\ntasks:\n- {task_id: a, task_type: bash, bash_command: echo}\n"

    assert check_spec(text, origin="make_dags.py").spec is not None


@pytest.mark.parametrize(
    "text",
    ids=["spaces", "dashes", "glued keys", "indented keys"],
    argvalues=[
        "a" + " " * 400_000 + "b\nc: d: e",
        "-" * 400_000 + "\na: b\n c: d\n",
        ("k:v\n" * 100_000) + "a: 1\n",
        "dag_name: T\n" + " x: 1\n" * 20_000,
    ],
)
def test_a_text_of_any_shape_is_read_in_bounded_steps(text: str) -> None:
    assert check_spec(text).spec is None
