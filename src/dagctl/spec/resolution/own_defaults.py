"""`task_defaults` in a spec itself: what its tasks of a type, or with an operator, share.

They say the same as in a file with defaults, and count for this one DAG. As a group is nearer to a
task than the DAG, its `default_args` come before them. What counts for a type or an operator comes
before `default_args` and the fields of the DAG; what counts for `all` comes after both.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from dagctl.findings.codes import Code
from dagctl.findings.places import place_findings
from dagctl.findings.problem import MAX_PROBLEMS, Problem, warning
from dagctl.findings.wording import did_you_mean, quoted
from dagctl.spec.resolution import ALL, TASK_DEFAULTS
from dagctl.spec.resolution.defaults import (
    are_task_defaults,
    is_selector,
    task_default_problems,
    task_defaults_of,
)
from dagctl.spec.resolution.inherit import inherit_own, selects
from dagctl.spec.tasks import TASK_TYPES
from dagctl.spec.tasks.function_settings import FUNCTION_CLASSES
from dagctl.spec.walk import is_group, raw_entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.spec.resolution.filling import Budget
    from dagctl.text.document import Document, Node

_TYPES = {name: kind for kind, name in {**FUNCTION_CLASSES, "bash": "BashOperator"}.items()}
"""Classes that tasks with a key of their own become, by the type that selects these."""
_KNOWN = 100
"""Operators of a DAG that a misspelt one is compared with."""


def with_own_defaults(root: Node, document: Document, budget: Budget) -> tuple[Node, list[Problem]]:
    """Return the root without `task_defaults`, with what they say in the tasks, and what is wrong.

    Args:
        root: The spec, its variables and loops in place.
        document: What its author wrote.
        budget: How much may be added to the tasks.

    Raises:
        TooMuchError: It would be too large.
    """

    def add(node: Node) -> Node:
        budget.take(values=node.count())
        return node

    problems = list(islice(_problems(root), MAX_PROBLEMS))
    placed = place_findings(replace(document, root=root), (), problems)
    return inherit_own(root, task_defaults_of(root), add), list(placed)


def _problems(root: Node) -> Iterator[Problem]:
    node = root.keys[TASK_DEFAULTS][1]
    yield from task_default_problems(node)
    if not are_task_defaults(node):
        return
    tasks = [task for _, task, _ in raw_entries(root.value) if isinstance(task, dict)]
    tasks = [task for task in tasks if not is_group(task)]
    chosen = {word for task in tasks for word in selects(task, node.keys)}
    operators = {str(task["operator"]) for task in tasks if "operator" in task}
    for word in node.keys:
        if is_selector(word) and word != ALL and word not in chosen:
            message = f"no task of the DAG is of {quoted(word)}"
            words = [ALL, *TASK_TYPES, *sorted(operators)[:_KNOWN]]
            hint = None if word in TASK_TYPES else did_you_mean(word, words)
            hint = hint or "remove it"
            if word in _TYPES:
                hint = f"write `{_TYPES[word]}`, the type of such tasks"
            yield warning(Code.BAD_DEFAULTS, message, hint).at(TASK_DEFAULTS, word)
