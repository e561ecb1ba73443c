"""There is an explanation of every code that can be shown, and its examples are true."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import dagctl
from dagctl.archive.archive_form import ArchiveError
from dagctl.codegen.tasks import CALLS
from dagctl.errors import DagctlError
from dagctl.explanations import EXPLANATIONS, Explanation
from dagctl.findings.codes import Code
from dagctl.findings.problem import MAX_PROBLEMS
from dagctl.spec.dag.entry_checks import MAX_CODE
from dagctl.spec.fields.cron_schedule import PRESETS
from dagctl.spec.fields.types import MAX_RETRIES, MAX_RETRY_DELAY, MAX_TASKS
from dagctl.spec.load import check_spec
from dagctl.spec.strictness import Checks, judged
from dagctl.spec.tasks import TASK_TYPES
from dagctl.text.lines import MAX_BYTES, MAX_DEPTH, MAX_VALUES
from dagctl.user_code.bash.bash_command import MAX_COMMAND
from dagctl.user_code.python.read_code import MAX_BRACES, MAX_KEYWORDS, MAX_SCOPES

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(dagctl.__file__).parent
SHOWN = [(code, EXPLANATIONS[code]) for code in Code if EXPLANATIONS[code].bad]


LIMITS = [
    (Code.FILE_TOO_LARGE, MAX_BYTES),
    (Code.TOO_DEEP, MAX_DEPTH),
    (Code.TOO_MANY_VALUES, MAX_VALUES),
    (Code.TOO_LONG, MAX_COMMAND),
    (Code.OUT_OF_RANGE, MAX_RETRIES),
    (Code.OUT_OF_RANGE, MAX_RETRY_DELAY),
    (Code.TOO_MANY_TASKS, MAX_TASKS),
    (Code.TOO_MUCH_CODE, MAX_CODE),
    (Code.LEFT_OUT, MAX_PROBLEMS),
    (Code.PYTHON_TOO_DEEP, MAX_SCOPES),
    (Code.PYTHON_TOO_DEEP, MAX_BRACES),
    (Code.PYTHON_TOO_DEEP, MAX_KEYWORDS),
]


def _family(root: type[DagctlError]) -> Iterator[type[DagctlError]]:
    yield root
    for child in root.__subclasses__():
        yield from _family(child)


def _used_codes() -> set[str]:
    rooms = ("findings", "readers", "user_code", "spec", "template", "operation")
    files = (file for room in rooms for file in (SOURCE / room).rglob("*.py"))
    trees = (ast.parse(file.read_text("utf-8")) for file in files)
    attributes = (node for tree in trees for node in ast.walk(tree))
    return {
        node.attr
        for node in attributes
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Code"
    }


def _whole(example: str) -> str:
    """Return an example as a whole spec, unless it is a document of its own."""
    if example.startswith(("{", "#", "-")):
        return example
    name = "" if "dag_name:" in example else "dag_name: Report\n"
    tasks = (
        "" if "tasks:" in example else "\ntasks: [{task_id: a, task_type: bash, bash_command: x}]"
    )
    return name + example + tasks + "\n"


def test_every_code_of_a_finding_or_failure_is_explained_and_no_other() -> None:
    # an error of a module that nothing has loaded yet is no subclass yet
    assert issubclass(ArchiveError, DagctlError)
    failures = {error.code for error in _family(DagctlError)}

    assert set(EXPLANATIONS) == {*Code, *failures}


def test_every_code_is_used() -> None:
    assert _used_codes() == {code.name for code in Code}


@pytest.mark.parametrize(("code", "entry"), SHOWN, ids=lambda value: str(value)[:6])
def test_the_bad_example_has_the_finding(code: Code, entry: Explanation) -> None:
    text = _whole(entry.bad)
    found = judged(check_spec(text).diagnostics, text, Checks())
    assert code in {finding.code for finding in found}


@pytest.mark.parametrize(("code", "entry"), SHOWN, ids=lambda value: str(value)[:6])
def test_the_good_example_has_no_findings(code: Code, entry: Explanation) -> None:
    checked = check_spec(_whole(entry.good))

    assert checked.diagnostics == (), code
    assert checked.spec is not None


@pytest.mark.parametrize(("code", "limit"), LIMITS)
def test_the_limit_that_an_entry_names_is_the_one_that_holds(code: Code, limit: int) -> None:
    assert f" {limit:,} " in f"{EXPLANATIONS[code].explanation} "


@pytest.mark.parametrize("code", EXPLANATIONS)
def test_an_entry_says_what_it_is_and_what_to_do(code: str) -> None:
    entry = EXPLANATIONS[code]

    assert entry.title == entry.title.strip().rstrip(".")
    assert entry.explanation.endswith((".", "`"))
    assert entry.fix.endswith(".")
    assert bool(entry.bad) == bool(entry.good)


def test_the_presets_that_an_explanation_names_are_all_of_them() -> None:
    explanation = EXPLANATIONS[Code.BAD_SCHEDULE].explanation

    assert set(re.findall(r"@\w+", explanation)) == set(PRESETS)


@pytest.mark.parametrize("name", TASK_TYPES)
def test_a_task_type_has_a_renderer_and_is_explained(name: str) -> None:
    assert TASK_TYPES[name].type_names()[0] in CALLS
    assert f"`{name}`" in EXPLANATIONS[Code.UNKNOWN_TASK_TYPE].explanation
    assert f"`{TASK_TYPES[name].code_field}`" in EXPLANATIONS[Code.OTHER_TASK_TYPE].explanation
