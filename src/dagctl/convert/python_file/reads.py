"""What a DAG file reads of its Airflow at each parse: variables, and the environment.

Their values are known where the caller gives them. Without them, a template reads a variable when
the task runs, and a call reads the environment at each parse, as the file does.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.objects import Late, Made, Name, Opaque
from dagctl.convert.python_file.source_of import words

if TYPE_CHECKING:
    import ast

    from dagctl.convert.python_file.machine import Machine
    from dagctl.convert.python_file.objects import Call

READS = ("os.getenv", "os.environ.get", "os.environ")
_GETTERS = ("os.getenv", "os.environ.get")
_GIVEN = "its value is the one that was given; the file reads it at each parse"


def environment(machine: Machine, name: Name, made: Call) -> Any:  # noqa: ANN401
    """Return a call that reads the environment at each parse, as the file does."""
    given = dict(zip(("key", "default"), made.args, strict=False)) | made.kwargs
    texts = all(isinstance(value, str | None) for value in given.values())
    plain = name.path in _GETTERS and len(made.args) <= 2 and given.keys() <= {"key", "default"}  # noqa: PLR2004 - key, default
    if not plain or not texts or not isinstance(given.get("key"), str):
        return machine.opaque(made.node, f"`{words(made.node)}` reads the environment")
    known = _of_the_environment(machine, made.node, given["key"])
    if known is not None:
        return known
    kept = {key: value for key, value in given.items() if value is not None}
    return Made(Name("os.getenv"), [], kept, machine.place(made.node))


def item(machine: Machine, node: ast.Subscript, key: object) -> Any:  # noqa: ANN401
    """Return what reads a variable of the environment at each parse, as the file does."""
    if not isinstance(key, str):
        return machine.opaque(node, f"`{words(node)}` reads the environment at each parse")
    known = _of_the_environment(machine, node, key)
    if known is not None:
        return known
    text = "where the variable is not set, Airflow gets None; it did not load the file"
    machine.report.changed(machine.place(node), words(node), text)
    return Made(Name("os.getenv"), [], {"key": key}, machine.place(node))


def _of_the_environment(machine: Machine, node: ast.expr, key: str) -> str | None:
    """Return the value of a variable of the environment that was given, or None."""
    value = machine.deployment.environment.get(key)
    if value is not None:
        machine.report.changed(machine.place(node), words(node), _GIVEN)
    return value


def variable(machine: Machine, name: Name, made: Call) -> Any:  # noqa: ANN401
    """Return the template that reads a variable when the task runs."""
    default_name = "default" if ".sdk." in name.path else "default_var"
    names = dict(zip(("key", default_name, "deserialize_json"), made.args, strict=False))
    given = names | made.kwargs
    key, kind = given.get("key"), "json" if given.get("deserialize_json") is True else "value"
    default = given.get("default_var", given.get("default"))
    if not isinstance(key, str) or not key.replace("_", "a").replace("-", "a").isalnum():
        return machine.opaque(made.node, f"`{words(made.node)}` has a name that is not known")
    has_default = {"default_var", "default"} & given.keys()
    if isinstance(default, Opaque) or not isinstance(default, str | int | float | bool | None):
        return machine.opaque(made.node, f"`{words(made.node)}` has a default that is not known")
    read = Made(name, [], given, machine.place(made.node))
    template = f"var.{kind}.{key}" if key.isidentifier() else f"var.{kind}.get({key!r})"
    if has_default:
        template = f"var.{kind}.get({key!r}, {default!r})"
    known = _of_airflow(machine, made, key, is_json=kind == "json")
    return Late(f"{{{{ {template} }}}}", is_text=kind == "value", read=read, given=known)


def _of_airflow(machine: Machine, made: Call, key: str, *, is_json: bool) -> Any:  # noqa: ANN401 - JSON data
    """Return the value of a variable of Airflow that was given, or None."""
    text = machine.deployment.variables.get(key)
    if text is None:
        return None
    machine.charge(len(text) // 16)
    try:
        value = json.loads(text) if is_json else text
    except (ValueError, RecursionError):
        return None  # Airflow cannot read it either
    text = f"where no template can stand, {_GIVEN}"
    machine.report.changed(machine.place(made.node), words(made.node), text)
    return value
