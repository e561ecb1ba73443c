"""Texts of several lines in a block are written with its margin, and mean what the spec says."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dagctl import DagSpec, SpecError, render

_LINES = st.lists(st.text(st.sampled_from("ab \t'\"\\#{}é"), max_size=8), min_size=1, max_size=5)
SQL = "select *\nfrom orders\n  where day = '{{ ds }}'\n\nlimit 5\n"


def in_groups(text: str, mapped: bool) -> str:  # noqa: FBT001 - a parameter of the table
    """Return the file of a task with a text, in a group in a group."""
    task = {"task_id": "t", "operator": "jobs.operators.Run", "with": {"sql": {"all": [text]}}}
    inner = {"group_id": "inner", "tasks": [task]}
    more = {"expand": {"x": [1]}} if mapped else {}
    group = {"group_id": "outer", "tasks": [inner], **more}
    return render(DagSpec.from_data({"dag_name": "x", "tasks": [group]}))


def value_in(source: str) -> str:
    """Return the text as Python would read it."""
    [node] = [
        option.value
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call)
        for option in call.keywords
        if option.arg == "sql"
    ]
    [item] = node.values[0].elts  # type: ignore[attr-defined] # a mapping with a list
    if isinstance(item, ast.Call):
        assert ast.unparse(item.func) == "dedent"
        return dedent(ast.literal_eval(item.args[0]))
    value: Any = ast.literal_eval(item)
    return str(value)


@given(lines=_LINES, end=st.sampled_from(["", "\n", "\n\n"]))
@settings(max_examples=100, deadline=None)
def test_a_text_in_a_block_comes_back_equal(lines: list[str], end: str) -> None:
    text = "\n".join(lines) + end
    for mapped in (False, True):
        try:
            source = in_groups(text, mapped)
        except SpecError:
            return
        assert value_in(source) == text


def test_a_text_stands_below_its_parameter_as_ruff_has_it(tmp_path: Path) -> None:
    for mapped in (False, True):
        source = in_groups(SQL, mapped)
        assert "from textwrap import dedent\n" in source
        assert 'dedent("""\\\n' in source
        assert value_in(source) == SQL
        path = tmp_path / "file.py"
        path.write_text(source, "utf-8")
        program = str(Path(sys.executable).with_name("ruff"))
        ruff = [program, "format", "--isolated", "--check", str(path)]
        assert subprocess.run(ruff, capture_output=True, check=False).returncode == 0


def test_what_dedent_would_change_stays_as_it_is() -> None:
    for text in ("  a\n  b\n", "a\n  \nb\n", "a\n\t\n"):
        source = in_groups(text, mapped=False)
        assert "dedent" not in source
        assert value_in(source) == text
