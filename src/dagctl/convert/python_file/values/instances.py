"""What an object of a plain class has under a name that its `__init__` alone gives a value."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.state.binding import Call, defaults_of
from dagctl.convert.python_file.state.bound_names import loaded_names
from dagctl.convert.python_file.state.inlining import argument_scope, defined
from dagctl.convert.python_file.state.items import LocalClass, Made
from dagctl.convert.python_file.state.named_record import Record
from dagctl.convert.python_file.values.methods import Instance, method_of
from dagctl.convert.python_file.values.records import SETTERS, hands_itself_on, is_text
from dagctl.convert.python_file.values.texts import weight

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dagctl.convert.python_file.state.machine import Machine

_OWN_ACCESS = frozenset({"__getattr__", "__getattribute__", "__setattr__", "__new__", "__slots__"})
"""What a class has that decides itself what its objects have."""
_OF_TEXTS = frozenset({"format", "lower", "replace", "strip", "title", "upper"})
"""Methods of texts that give another text, each time the same."""
_NAMING = (ast.Assign, ast.AnnAssign)


def field(machine: Machine, owner: object, node: ast.Attribute) -> Any:  # noqa: ANN401
    """Return the text or the number that an object has under a name.

    Returns:
        The value; the node itself where only Python knows it.
    """
    kind: object = None
    args: Sequence[Any] = ()
    kwargs: Mapping[str, Any] = {}
    if isinstance(owner, Instance) and not owner.touched and owner.made is not None:
        args, kwargs = owner.made.args, owner.made.kwargs
        kind = None if owner.made.unknown else owner.owner
    elif isinstance(owner, Made) and not owner.is_old:
        kind, args, kwargs = machine.definition(owner.target.path), owner.args, owner.kwargs
    if not isinstance(kind, LocalClass) or not all(map(_is_fixed, (*args, *kwargs.values()))):
        return node
    given = _given_to(kind.node, node.attr)
    home, here = kind.scope.origin.text, machine.origin.text
    if (
        given is None
        or not _stays(home, node.attr, 1)
        or not (home == here or _stays(here, node.attr, 0))
    ):
        return node
    init, value = given
    own = {each.arg for each in ast.walk(init.args) if isinstance(each, ast.arg)}
    if not all(name in own or _is_constant(name, kind) for name in loaded_names(value)):
        return node
    machine.charge(len(kind.node.body))
    call = Call(ast.Call(node, [], []))
    call.args, call.kwargs = [machine.only_python(node), *args], dict(kwargs)
    function = defined(machine, init, kind.scope)
    made = machine.evaluate(value, argument_scope(machine, function, call))
    is_plain = isinstance(made, str | int | float) and weight(made) is not None
    return made if is_plain else node


def _is_fixed(value: object) -> bool:
    """Return whether nothing can change a value after it was given."""
    return not isinstance(value, list | dict | set | Record)


def _is_constant(name: str, kind: LocalClass) -> bool:
    """Return whether a name of a file has one text or number, wherever it stands."""
    holder = kind.scope.holder(name)
    is_once = holder is not None and len(holder.statements.get(name, ())) == 1
    return is_once and holder is not None and isinstance(holder.values[name], str | int | float)


@lru_cache(maxsize=256)  # a loop may ask again and again
def _given_to(node: ast.ClassDef, name: str) -> tuple[ast.FunctionDef, ast.expr] | None:
    """Return the `__init__` that gives a field its only value, and the value; or None."""
    if not (init := _plain_init(node)) or name in _held(node):
        return None
    given = [value for attr, value in _assigned(init) if attr == name]
    return (init, given[0]) if len(given) == 1 and _is_quiet(given[0]) else None


def only_holds(node: ast.ClassDef) -> bool:
    """Return whether a call of a class does no more than to keep data in an object."""
    init = _plain_init(node)
    return init is not None and all(_is_quiet(value) for _, value in _assigned(init))


@lru_cache(maxsize=256)  # a loop may ask again and again
def _plain_init(node: ast.ClassDef) -> ast.FunctionDef | None:
    """Return the `__init__` of a class if it only gives its object fields; or None."""
    bases = [ast.unparse(base) for base in node.bases]
    init = method_of(node, "__init__")
    if node.keywords or node.decorator_list or bases not in ([], ["object"]) or init is None:
        return None
    if not _OWN_ACCESS.isdisjoint(_held(node)) or init.decorator_list or hands_itself_on(node):
        return None
    if not all(isinstance(each, ast.Constant) for each in defaults_of(init.args).values()):
        return None
    others = (part for part in init.body if not is_text(part) and not isinstance(part, ast.Pass))
    return init if len([*_assigned(init)]) == len([*others]) else None


def _held(node: ast.ClassDef) -> set[str]:
    """Return the names that stand in the body of a class."""
    parts = (each for part in node.body if isinstance(part, _NAMING) for each in ast.walk(part))
    names = {each.id for each in parts if isinstance(each, ast.Name)}
    return names | {getattr(part, "name", "") for part in node.body}


def _assigned(init: ast.FunctionDef) -> Iterator[tuple[str, ast.expr]]:
    """Yield the fields that statements of a function give its object, with their values."""
    own = init.args.args[0].arg if init.args.args else ""
    for part in init.body:
        match part:
            case (
                ast.Assign(targets=[ast.Attribute(value=ast.Name(id=who), attr=attr)], value=value)
                | ast.AnnAssign(
                    target=ast.Attribute(value=ast.Name(id=who), attr=attr),
                    value=ast.expr() as value,
                )
            ) if who == own:
                yield attr, value


def _is_quiet(value: ast.expr) -> bool:
    """Return whether working out an expression changes nothing."""
    calls = (each.func for each in ast.walk(value) if isinstance(each, ast.Call))
    return all(isinstance(call, ast.Attribute) and call.attr in _OF_TEXTS for call in calls)


def _stays(text: str, name: str, own: int) -> bool:
    """Return whether a file gives a field so many values at most, by whatever object."""
    stores = _stores(text)
    return "*" not in stores and stores.get(name, 0) <= own


@lru_cache(maxsize=64)  # as many as modules are read
def _stores(text: str) -> Mapping[str, int]:
    """Return how often code gives an attribute of each name a value; `*`: any may get one."""
    made: dict[str, int] = {}
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Attribute(attr=name, ctx=ast.Store() | ast.Del()):
                made[name] = made.get(name, 0) + 1
            case ast.Attribute(attr=name) | ast.Name(id=name) if name in SETTERS:
                made["*"] = 1
    return made
