"""What a DAG file reads of its Airflow at each parse: variables, and the environment.

Their values are known where the caller gives them. Without them, a template reads a variable when
the task runs, and a call reads the environment at each parse, as the file does.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from dagctl.convert.python_file.state.items import Given, Late, Made, Name, Opaque, settled
from dagctl.convert.python_file.state.parse_read import GIVEN, ParseRead
from dagctl.convert.python_file.state.source_tree import words
from dagctl.convert.python_file.values import kept
from dagctl.convert.python_file.values.texts import weight

if TYPE_CHECKING:
    import ast
    from collections.abc import Mapping

    from dagctl.convert.python_file.state.binding import Call
    from dagctl.convert.python_file.state.machine import Machine

READS = ("os.getenv", "os.environ.get", "os.environ")
_DEFAULTS = ("default_var", "default")
_GETTERS = ("os.getenv", "os.environ.get")


def environment(machine: Machine, name: Name, made: Call) -> Any:  # noqa: ANN401
    """Return a call that reads the environment at each parse, as the file does."""
    args = dict(zip(("key", "default"), made.args, strict=False)) | made.kwargs
    args = {key: value if kept.read(value) else settled(value) for key, value in args.items()}
    texts = all(
        isinstance(value, str | int | float | None) or kept.read(value) for value in args.values()
    )
    plain = name.path in _GETTERS and len(made.args) <= 2 and args.keys() <= {"key", "default"}  # noqa: PLR2004 - key, default
    if not plain or not texts or not isinstance(args.get("key"), str):
        return machine.opaque(made.node, f"`{words(made.node)}` reads the environment")
    known = _of_the_environment(machine, made.node, args["key"])
    if known is not None:
        return known
    known_args = {key: value for key, value in args.items() if value is not None}
    given = _default_of(machine, made, args["default"]) if "default" in known_args else None
    place, is_calm = machine.place(made.node), all(map(kept.is_calm, known_args.values()))
    return Made(Name("os.getenv"), [], known_args, place, given=given, is_calm=is_calm)


def with_default(machine: Machine, made: Call) -> Any:  # noqa: ANN401
    """Return what an object of `environs` reads: with a text as default, it does as `getenv`."""
    default = made.kwargs.get("default", made.args[1] if len(made.args) > 1 else None)
    if not isinstance(default, str) and kept.read(default) is None:
        return machine.only_python(made.node)
    return environment(machine, Name("os.getenv"), made)


def item(machine: Machine, node: ast.Subscript, key: object) -> Any:  # noqa: ANN401
    """Return what reads a variable of the environment at each parse, as the file does."""
    key = settled(key)
    if not isinstance(key, str):
        return machine.opaque(node, f"`{words(node)}` reads the environment at each parse")
    known = _of_the_environment(machine, node, key)
    if known is not None:
        return known
    text = "where the variable is not set, Airflow gets None; it did not load the file"
    machine.report.changed(machine.place(node), words(node), text)
    return Made(Name("os.getenv"), [], {"key": key}, machine.place(node), is_calm=True)


def is_set(machine: Machine, key: object) -> bool:
    """Return whether a variable of the environment is known to be set."""
    return isinstance(key, str) and key in machine.deployment.environment


def set_item(machine: Machine, key: object, value: object) -> None:
    """Note that the file sets a variable of the environment by itself."""
    if isinstance(key, str):
        machine.own_environment[key] = value


def _of_the_environment(machine: Machine, node: ast.expr, key: str) -> Any:  # noqa: ANN401
    """Return the value of a variable of the environment that was given, or None.

    What the file itself put there counts before what was given.
    """
    if not machine.own_environment.keys().isdisjoint((key, None)):
        value = machine.own_environment.get(key)
        why = f"`{words(node)}` was set by the file to what only Python knows"
        return value if isinstance(value, str) else machine.opaque(node, why)
    value = machine.deployment.environment.get(key)
    if value is not None:
        machine.report.changed(machine.place(node), words(node), GIVEN)
    return value


def variable(machine: Machine, name: Name, made: Call) -> Any:  # noqa: ANN401
    """Return the template that reads a variable when the task runs."""
    default_name = "default" if ".sdk." in name.path else "default_var"
    names = dict(zip(("key", default_name, "deserialize_json"), made.args, strict=False))
    args = names | made.kwargs
    args["key"] = key = settled(args.get("key"))
    kind = "json" if args.get("deserialize_json") is True else "value"
    given = _of_airflow(machine, made, key, is_json=kind == "json")
    defaults = [args[word] for word in _DEFAULTS if word in args]
    if given is None and defaults and weight(defaults[0]) is not None:
        given = _default_of(machine, made, defaults[0])
    template = _template(args, kind)
    if isinstance(template, str):
        read = Made(name, [], args, machine.place(made.node))
        return Late(f"{{{{ {template} }}}}", is_text=kind == "value", read=read, given=given)
    if given is not None:
        return given.used()
    return machine.opaque(made.node, template.why(words(made.node)))


def is_a_text(value: object) -> bool:
    """Return whether a value is a variable of Airflow without a default: a text, or an error."""
    read = value.read if isinstance(value, Late) and value.is_text else None
    is_variable = read is not None and read.target.path.endswith(".Variable.get")
    return is_variable and read is not None and read.kwargs.keys().isdisjoint(_DEFAULTS)


def as_json(value: object) -> Late | None:
    """Return what `json.loads` gives of a variable of Airflow; None: it is none, or was given."""
    if not isinstance(value, Late) or value.read is None or not is_a_text(value):
        return None
    args = value.read.kwargs | {"deserialize_json": True}
    template = _template(args, "json")
    if value.given is not None or not isinstance(template, str):
        return None
    read = Made(value.read.target, [], args, value.read.place)
    return Late(f"{{{{ {template} }}}}", is_text=False, read=read)


class _NoTemplate(NamedTuple):
    """Why no template reads a variable."""

    lacks: str

    def why(self, call: str) -> str:
        """Return it in words."""
        return f"`{call}` has a {self.lacks} that is not known"


def _template(args: Mapping[str, Any], kind: str) -> str | _NoTemplate:
    """Return what reads a variable in a template."""
    key, default = args["key"], args.get("default_var", args.get("default"))
    if not isinstance(key, str) or not key.replace("_", "a").replace("-", "a").isalnum():
        return _NoTemplate("name")
    if isinstance(default, Opaque) or not isinstance(default, str | int | float | bool | None):
        return _NoTemplate("default")
    if not args.keys().isdisjoint(_DEFAULTS):
        return f"var.{kind}.get({key!r}, {default!r})"
    return f"var.{kind}.{key}" if key.isidentifier() else f"var.{kind}.get({key!r})"


def _of_airflow(machine: Machine, made: Call, key: object, *, is_json: bool) -> Given | None:
    """Return the value of a variable of Airflow that was given, or None."""
    text = machine.deployment.variables.get(key) if isinstance(key, str) else None
    if text is None:
        return None
    machine.charge(len(text) // 16)
    try:
        value = json.loads(text) if is_json else text
    except (ValueError, RecursionError):
        return None  # Airflow cannot read it either
    machine.keep(value)
    return Given(value, (_read(machine, made),))


def _default_of(machine: Machine, made: Call, default: object) -> Given | None:
    """Return the default that a file has for what it reads: it counts where nothing is set.

    None: the default is read too, and has none.
    """
    read = _read(machine, made, is_default=True)
    if kept.read(default) is None:
        return Given(default, (read,))
    inner = getattr(default, "given", None)
    return Given(inner.value, (read, *inner.reads)) if inner else None


def _read(machine: Machine, made: Call, *, is_default: bool = False) -> ParseRead:
    """Return a new read, which is reported if its value is taken."""
    read = ParseRead(
        machine.place(made.node), words(made.node), machine.report, is_default=is_default
    )
    machine.reads.append(read)
    return read


def report_used(machine: Machine) -> None:
    """Report the reads of variables whose given values were taken."""
    for read in machine.reads:
        if read.is_used:
            read.write(read.report)
