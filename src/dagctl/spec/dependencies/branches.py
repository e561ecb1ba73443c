"""Branches: what they name as literals must be what follows them.

Airflow skips every task right behind a branch that the branch does not name, and fails the branch
if it names no task or group of the DAG at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dagctl.errors import Severity
from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import did_you_mean, question, quoted
from dagctl.spec.dependencies.followers import Followers
from dagctl.spec.recorded import is_recorded
from dagctl.spec.tasks.function import call_names
from dagctl.spec.walk import field, mapping_in
from dagctl.text.template_signs import has_code
from dagctl.user_code.python import PythonCodeError, parse_python_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.spec.dependencies.outline import Entry, Outline
    from dagctl.spec.walk import Path
    from dagctl.text.lines import TextRange

_DECORATORS = {"task.branch", "task.branch_virtualenv", "task.branch_external_python"}
_PARAMETERS = ("follow_task_ids_if_true", "follow_task_ids_if_false")
"""What operators that branch are given, as `BranchSQLOperator`."""
_LISTED = 10
_MOST = 200
"""How many branches of one DAG are followed to the tasks behind other tasks."""


class _Named(NamedTuple):
    """An id that a branch names."""

    branch: Entry
    id: str
    path: Path
    place: TextRange | None


def branch_problems(outline: Outline) -> Iterator[Problem]:
    """Yield each literal id, in raw data, that a branch names and that does not follow it."""
    for named, target, followers in _not_right_behind(outline):
        if target is None:
            if not followers.has_unknown:
                message = f"there is no task {quoted(named.id)}"
                yield _located(named, followers, message)
        elif not followers.leads_to(named.branch, target):
            message = f"{quoted(named.id)} does not follow {quoted(named.branch.id)}"
            yield _located(named, followers, message)


def branch_warnings(outline: Outline) -> Iterator[Problem]:
    """Yield a warning for each literal id of a task that only others lead to."""
    for named, target, followers in _not_right_behind(outline):
        if target is not None and followers.leads_to(named.branch, target):
            message = (
                f"{quoted(named.id)} is not right behind {quoted(named.branch.id)}: the tasks "
                "between them are skipped"
            )
            yield _located(named, followers, message, Severity.WARNING)


def _not_right_behind(outline: Outline) -> Iterator[tuple[_Named, Entry | None, Followers]]:
    followers: Followers | None = None
    for entry in outline.tasks:
        for named in _named_by(entry):
            followers = followers or Followers(outline, most=_MOST)
            if named.id not in followers.right_behind(entry):
                yield named, outline.by_id.get(named.id), followers


def _located(
    named: _Named, followers: Followers, message: str, severity: Severity = Severity.ERROR
) -> Problem:
    behind = [*followers.right_behind(named.branch)]
    meant = next((each for each in behind if each.endswith(f".{named.id}")), None)
    near = question(meant) or did_you_mean(named.id, behind)
    listed = ", ".join(map(quoted, behind[:_LISTED]))
    other = f"it can go on with: {listed}" if behind else "no task waits for this branch"
    problem = Problem(Code.BAD_BRANCH, message, near or other, named.place, severity)
    return problem.at(*named.path)


def _named_by(entry: Entry) -> Iterator[_Named]:
    """Yield the ids that a task names for what follows it, if it is a branch."""
    item: Any = entry.item
    kind, decorator = field(item, "task_type"), field(item, "decorator")
    if (kind == "branch" and decorator is None) or (
        isinstance(decorator, str) and decorator in _DECORATORS
    ):
        yield from _returned_by(entry)
    given = mapping_in(item, "with" if isinstance(item, dict) else "arguments")
    if field(item, "operator"):
        for key in _PARAMETERS:
            yield from _listed_in(entry, given.get(key), (*entry.path, "with", key))


def _listed_in(entry: Entry, value: object, path: Path) -> Iterator[_Named]:
    if isinstance(value, str):
        pairs: list[tuple[Path, object]] = [(path, value)]
    else:
        items = value if isinstance(value, list | tuple) else ()
        pairs = [((*path, place), item) for place, item in enumerate(items)]
    for where, text in pairs:
        if isinstance(text, str) and not has_code(text):
            yield _Named(entry, text, where, None)


def _returned_by(entry: Entry) -> Iterator[_Named]:
    code, item = field(entry.item, "python_code"), entry.item
    if not isinstance(code, str) or "return" not in code or is_recorded():
        return
    given: Mapping[str, Any] = item if isinstance(item, dict) else item.__dict__
    try:
        parsed = parse_python_code(
            code,
            provide_context=given.get("provide_context") is True,
            given=call_names(given),
        )
    except PythonCodeError:
        return  # an error of its own
    for read in parsed.reads.returned:
        yield _Named(entry, read.name, (*entry.path, "python_code"), read.place)
