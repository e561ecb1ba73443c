"""Objects of the classes of a file: their attributes, and their methods, which are gone through."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.binding import bind
from dagctl.convert.python_file.inlining import inline
from dagctl.convert.python_file.modules import UNKNOWN, member
from dagctl.convert.python_file.objects import (
    Bound,
    Call,
    Function,
    LocalClass,
    Made,
    Name,
)
from dagctl.convert.python_file.scope import Instance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.convert.python_file.machine import Machine

_PLAIN_BASES = frozenset({"object", "ABC", "abc.ABC"})
_TUPLES = frozenset({"NamedTuple", "typing.NamedTuple"})
_EMPTY = {"builtins.list": list, "builtins.dict": dict, "builtins.set": set}
_FOLLOWED = frozenset({"__init__", "__post_init__", "__repr__", "__str__", "__doc__"})
"""Special methods that change nothing of what is followed, or are gone through."""
_MOST_BASES = 20


def made_of(machine: Machine, owner: LocalClass, made: Call) -> Instance | None:
    """Return the object that a call of a class makes; None where only Python knows."""
    family = _family(owner)
    if family is None or made.unknown:
        return None
    instance = Instance(owner)
    if any(_is_dataclass(each) or _is_tuple(each) for each in family):
        return instance if _fill(machine, instance, family, made) else None
    start = method(machine, owner, "__init__")
    if start is not None:
        _call(machine, start, instance, made)
    elif made.args or made.kwargs:
        return None
    return instance


def _family(owner: LocalClass) -> list[LocalClass] | None:
    """Return a class and those above it, the class first; None: another file has one of them."""
    family, stack = [], [owner]
    while stack:
        item = stack.pop()
        family.append(item)
        decorators = [ast.unparse(each) for each in item.node.decorator_list]
        is_plain = all(text.partition("(")[0].endswith("dataclass") for text in decorators)
        if not is_plain or item.node.keywords or len(family) > _MOST_BASES or _is_special(item):
            return None
        for base in item.node.bases:
            text = ast.unparse(base)
            holder = item.scope.holder(text)
            value = holder.values[text] if holder else None
            if isinstance(value, LocalClass):
                stack.append(value)
            elif text not in _PLAIN_BASES | _TUPLES:
                return None
    return family


def _is_special(owner: LocalClass) -> bool:
    """Return whether a class says itself how its objects are made, compared or read."""
    names = (each.name for each in owner.node.body if isinstance(each, ast.FunctionDef))
    return any(name.startswith("__") and name not in _FOLLOWED for name in names)


def _is_dataclass(owner: LocalClass) -> bool:
    return bool(owner.node.decorator_list)


def _is_tuple(owner: LocalClass) -> bool:
    return any(ast.unparse(base) in _TUPLES for base in owner.node.bases)


def _fill(machine: Machine, instance: Instance, family: list[LocalClass], made: Call) -> bool:
    """Give a data class its fields; return whether all are known."""
    fields: dict[str, tuple[ast.AnnAssign, LocalClass]] = {}
    for owner in reversed(family):
        for statement in owner.node.body:
            if not isinstance(statement, ast.AnnAssign):
                continue
            is_shared = "ClassVar" in ast.unparse(statement.annotation)
            if isinstance(statement.target, ast.Name) and not is_shared:
                fields[statement.target.id] = (statement, owner)
    names = [ast.arg(name) for name in fields]
    bindings = bind(ast.arguments([], names, None, [], [], None, []), made.args, made.kwargs)
    if bindings.left or bindings.unknown:
        return False
    for name, (statement, owner) in fields.items():
        if name in bindings.values:
            instance.values[name] = bindings.values[name]
        elif statement.value is None:
            return False
        else:
            value = machine.evaluate(statement.value, owner.scope)
            instance.values[name] = _default(machine, value, made)
    after = method(machine, instance.owner, "__post_init__")
    if after is not None:
        _call(machine, after, instance, Call(made.node))
    return True


def _default(machine: Machine, value: object, made: Call) -> Any:  # noqa: ANN401
    """Return the default of a field, or what its factory makes."""
    if not isinstance(value, Made) or value.target.path.rpartition(".")[2] != "field":
        return value
    factory = value.kwargs.get("default_factory")
    if "default" in value.kwargs:
        return value.kwargs["default"]
    if isinstance(factory, Name) and factory.path in _EMPTY:
        return _EMPTY[factory.path]()
    if isinstance(factory, Function):
        return inline(machine, factory, Call(made.node))
    return machine.opaque(made.node, "what the field begins with is known only when Python runs")


def _methods(owner: LocalClass) -> Iterator[tuple[ast.FunctionDef, LocalClass]]:
    for each in _family(owner) or [owner]:
        for statement in reversed(each.node.body):
            if isinstance(statement, ast.FunctionDef):
                yield statement, each


def method(machine: Machine, owner: LocalClass, name: str) -> Function | None:
    """Return a method of a class, with its decorators as what is strange about it."""
    for node, each in _methods(owner):
        if node.name == name:
            strange = ", ".join(map(ast.unparse, node.decorator_list)) or None
            return Function(node, each.scope, machine.place(node), strange)
    return None


def attribute(machine: Machine, instance: Instance, node: ast.Attribute) -> Any:  # noqa: ANN401
    """Return what an object has under a name: a value, a method, what a property gives."""
    name = node.attr
    if name in instance.values:
        return instance.values[name]
    function = method(machine, instance.owner, name)
    if function is not None and function.strange in {"property", "cached_property"}:
        function.strange = None
        return _call(machine, function, instance, Call(ast.Call(node, [], [])))
    if function is not None:
        return Bound(instance, name)
    for owner in _family(instance.owner) or []:
        value = member(machine, owner, name)
        if value is not UNKNOWN:
            return value
    return machine.opaque(node, f"what `{name}` of an object is, is known only when Python runs")


def called(machine: Machine, owner: Instance | LocalClass, name: str, made: Call) -> Any:  # noqa: ANN401
    """Return what a method gives."""
    instance = owner if isinstance(owner, Instance) else None
    whole = instance.owner if instance else owner
    assert isinstance(whole, LocalClass)  # noqa: S101 - an object has a class
    function = method(machine, whole, name)
    if function is None:
        return machine.opaque(made.node, f"`{name}` is known only when Python runs")
    kind, function.strange = function.strange, None
    if kind == "staticmethod":
        return inline(machine, function, made)
    if kind == "classmethod":
        return _call(machine, function, whole, made)
    function.strange = kind
    return (
        inline(machine, function, made)
        if instance is None
        else _call(machine, function, instance, made)
    )


def _call(machine: Machine, function: Function, first: object, made: Call) -> Any:  # noqa: ANN401
    own = Call(made.node)
    own.args, own.kwargs, own.unknown = [first, *made.args], made.kwargs, made.unknown
    return inline(machine, function, own)


def members(machine: Machine, value: object) -> Any:  # noqa: ANN401
    """Return the members of an enumeration of the file, in their order; else the value."""
    if not isinstance(value, LocalClass):
        return value
    if not any(ast.unparse(base).endswith("Enum") for base in value.node.bases):
        return value
    names = [
        statement.targets[0].id
        for statement in value.node.body
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
    ]
    return [member(machine, value, name) for name in names]
