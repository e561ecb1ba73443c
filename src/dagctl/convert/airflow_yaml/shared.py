"""What all tasks of a document share, by one template: the `default_args` of a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.foreign_yaml.reader import Fields
from dagctl.spec.fields.durations import duration_problem, length_of
from dagctl.spec.tasks.arguments import AT_THE_TOP

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOT_SHARED = frozenset({"id", "needs", "uses", "with", "run", "extends", "params"})


def shared_template(document: Fields) -> Fields | None:
    """Return the template that each task extends, and no other; None: there is none.

    It must hold arguments of every task alone.
    """
    templates, rows = document.get("templates"), document.get("tasks")
    if not isinstance(templates, Fields) or not isinstance(rows, list) or not rows:
        return None
    names = [row.get("extends") if isinstance(row, Fields) else None for row in rows]
    listed = [name[0] if isinstance(name, list) and len(name) == 1 else name for name in names]
    first = listed[0]
    if not isinstance(first, str) or any(name != first for name in listed):
        return None
    template = templates.get(first)
    if not isinstance(template, Fields) or template.keys() & _NOT_SHARED:
        return None
    return template


def placed(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments for all tasks where a spec has them: at the top, or in `default_args`."""
    top = {key: arguments[key] for key in AT_THE_TOP if key in arguments}
    rest = {key: value for key, value in arguments.items() if key not in top}
    delay = rest.get("retry_delay")
    if isinstance(delay, str) and duration_problem(delay) is None:
        seconds = int(length_of(delay).total_seconds())
        top["retry_delay_minutes"] = seconds // 60 if seconds % 60 == 0 else seconds / 60
        del rest["retry_delay"]
    return top | ({"default_args": rest} if rest else {})
