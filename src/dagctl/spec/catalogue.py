"""What the catalogue knows of the classes that a spec names, on the Airflow that it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.spec.fields.import_path import is_class_name
from dagctl.spec.tasks import KINDS
from dagctl.spec.tasks.function_settings import FUNCTION_CLASSES
from dagctl.text.template_signs import has_code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.operators.model import Operator, Unresolved
    from dagctl.target import Target


def known_class(name: str, target: Target) -> Operator | Unresolved:
    """Return the operator, sensor or notifier that a name means on a target, or why none is."""
    from dagctl.operators.lookup import lookup

    return lookup(name, target.name, target.providers)


def known_decorator(name: str, target: Target) -> Operator | Unresolved:
    """Return the operator that a decorator such as `task.docker` makes, or why there is none."""
    from dagctl.operators.decorators import lookup_decorator

    return lookup_decorator(name, target.name, target.providers)


def operator_of(task: Mapping[str, Any], target: Target) -> Operator | None:
    """Return what the catalogue knows of the class that a raw task becomes."""
    from dagctl.operators.model import Operator

    tag, name, decorator = KINDS.tag_of(task), task.get("operator"), task.get("decorator")
    known: object = None
    if tag == "operator" and isinstance(name, str) and is_class_name(name):
        known = known_class(name, target)
    elif tag == "decorator" and isinstance(decorator, str):
        known = known_decorator(decorator, target)
    elif tag == "bash":
        known = known_class("BashOperator", target)
    elif tag == "python":
        kind = str(task.get("task_type", "python"))
        known = known_class(FUNCTION_CLASSES.get(kind, kind), target)
    return known if isinstance(known, Operator) else None


def text_meaning(known: Operator, name: str, value: object) -> str | None:
    """Return what text given to a parameter means: `duration`, `time`, `clock`, or None: text."""
    parameter = known.parameters.get(name)
    if parameter is None or not isinstance(value, str):
        return None
    if has_code(value) and is_rendered(known, name):
        return None
    meaning = parameter.kind.reads_text_as
    return "clock" if meaning == "time" and parameter.kind.takes_clock(value) else meaning


def is_rendered(known: Operator, name: str) -> bool:
    """Return whether Airflow renders a parameter, and puts outputs of tasks into it."""
    return known.template_fields is None or name in known.template_fields
