"""Keys that stand in the wrong part of a spec: where they belong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import quoted
from dagctl.spec.tasks.arguments import DefaultArgs
from dagctl.spec.validation.gone import GONE, gone, under_a_task
from dagctl.spec.validation.unknown_keys import means_dependencies

if TYPE_CHECKING:
    from dagctl.spec.validation.family import Family


_SAID = {
    "task_defaults": (
        "`task_defaults` is read in the text of a spec, and in `defaults.yaml`",
        "put what it says into the tasks",
    ),
    "doc": ("a DAG has no `doc`", "write `doc_md`"),
    "for_each": ("`for_each` belongs to a task or a group", "write it there, under `tasks`"),
    **{
        key: (f"unknown key `{key}`", "did you mean `task_defaults`?")
        for key in ("task_default", "tasks_defaults", "tasks_default", "default_tasks")
    },
}
"""Keys with a message and a hint of their own."""


def dag_key_problem(key: str, family: Family) -> Problem | None:
    """Return the problem of a key beside `tasks` that belongs under a task, or to no spec."""
    if key in GONE and key != "dag":  # that is a level too many
        return gone(key)
    if key in _SAID:
        return Problem(Code.UNKNOWN_KEY, *_SAID[key])
    if key == "timeout":
        return None  # `dagrun_timeout` is the better hint
    if means_dependencies(key):
        hint = "write `dependencies: [...]` in the task that waits"
        return Problem(Code.UNKNOWN_KEY, f"{quoted(key)} belongs under a task", hint)
    if not any(key in model.key_names() for model in family.models.values()):
        return None
    return under_a_task(key, is_shared=key in DefaultArgs.model_fields)
