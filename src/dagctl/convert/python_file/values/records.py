"""Objects of classes that only name data: dataclasses and `NamedTuple`.

No code of such a class runs when an object is made, and none when a field is asked for. A class
that is not frozen counts only where no code of its file can give a field of it another value.
"""

from __future__ import annotations

import ast
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.state.binding import Call, bind
from dagctl.convert.python_file.state.inlining import defined, inline
from dagctl.convert.python_file.state.items import (
    Bound,
    EnumMember,
    Function,
    LocalClass,
    Made,
    Moment,
    Name,
    Opaque,
    Zone,
)
from dagctl.convert.python_file.state.named_record import Record
from dagctl.convert.python_file.state.scope import items_in
from dagctl.convert.python_file.state.source_tree import words
from dagctl.convert.python_file.state.value_uses import depth_of
from dagctl.convert.python_file.values.methods import method_of
from dagctl.convert.python_file.values.texts import weight

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.convert.python_file.state.machine import Machine

_PLACES = {"init", "kw_only", None}
"""What `field` takes that changes how an object is made."""
_NOT_FIELDS = ("ClassVar", "InitVar", "KW_ONLY")
_OPTIONS = frozenset({"frozen", "slots", "kw_only", "eq", "order"})
SETTERS = frozenset({"setattr", "delattr", "vars", "exec", "eval", "__dict__", "__setattr__"})
"""What may give an attribute of any name a value."""
_ANY = "*"
_UNKNOWN = object()
_EMPTY = {"list": list, "dict": dict, "set": set, "tuple": tuple}
NEVER_CHANGED = (str, int, float, type(None), timedelta, Moment, Zone, Name, Function, EnumMember)


def record(machine: Machine, owner: LocalClass, made: Call) -> Record | None:
    """Return the object that a call of a class makes; None: it may be more than its fields."""
    machine.charge(len(owner.node.body))
    if made.unknown or not all(_is_plain(each, machine, owner) for each in _own_parts(owner.node)):
        return None
    fields = [part for part in owner.node.body if isinstance(part, ast.AnnAssign)]
    names = [ast.arg(part.target.id) for part in fields if isinstance(part.target, ast.Name)]
    own = {name.arg for name in names}
    methods = {getattr(part, "name", None) for part in owner.node.body}
    is_frozen = _is_frozen(machine, owner)
    if is_frozen is None or not methods.isdisjoint(own):
        return None  # a method is what the class has under that name
    if not is_frozen and not _stays(machine, owner, own):
        return None
    bindings = bind(ast.arguments([], names, None, [], [], None, []), made.args, made.kwargs)
    if bindings.left or bindings.unknown or len(names) != len(fields):
        return None
    defaults = {name: _default(machine, value) for name, value in owner.names.values.items()}
    values = defaults | bindings.values
    if not own <= values.keys():
        return None  # Python raises an error
    known = {name: value for name, value in values.items() if _is_known(value)}
    return Record(known, owner, is_frozen)


def attribute(machine: Machine, owner: Record, node: ast.Attribute) -> Any:  # noqa: ANN401
    """Return what an object has under a name: a field, or what a property or a method gives."""
    name = node.attr
    if name in owner.fields:
        known = owner.fields[name]
        if depth_of(known) and owner.owner.scope.root.uses.changes_attribute(name, known):
            return machine.opaque(node, f"`{words(node)}` may be changed")
        return known
    method = _method(owner.owner, name)
    is_own = owner.owner.scope.holder("property") is not None
    marks = [ast.unparse(each) for each in method.decorator_list] if method else []
    if method is None or marks != ["property"] or is_own:
        return Bound(owner, name)
    return _called(machine, owner, method, Call(ast.Call(node, [], [])))


def method(machine: Machine, owner: Record, name: str, made: Call) -> Any:  # noqa: ANN401
    """Return what a method of an object gives: its statements are followed."""
    node = _method(owner.owner, name)
    if node is None or node.decorator_list or made.unknown:
        return machine.only_python(made.node)
    made.is_followed = True
    return _called(machine, owner, node, made)


def _method(owner: LocalClass, name: str) -> ast.FunctionDef | None:
    """Return the one function that a class has under a name, if its defaults are plain."""
    only = method_of(owner.node, name)
    if only is None:
        return None
    defaults = (*only.args.defaults, *only.args.kw_defaults)
    return only if all(isinstance(each, ast.Constant | None) for each in defaults) else None


def _called(machine: Machine, owner: Record, node: ast.FunctionDef, made: Call) -> Any:  # noqa: ANN401
    made.args = [owner, *made.args]
    return inline(machine, defined(machine, node, owner.owner.scope), made)


def as_mapping(machine: Machine, made: Call) -> Any:  # noqa: ANN401
    """Return what `dataclasses.asdict` gives: all fields, with copies of what they hold."""
    given = made.args[0] if len(made.args) == 1 and not made.kwargs else None
    if isinstance(given, Record) and given.owner.node.decorator_list:
        machine.charge(items_in(given) // 8)
        copied = _copied(given)
        if copied is not _UNKNOWN:
            return copied
    return machine.only_python(made.node)


def _copied(value: object) -> Any:  # noqa: ANN401
    """Return a value as a mapping of plain data has it, or `_UNKNOWN`."""
    if isinstance(value, Record):
        fields = [part.target for part in value.owner.node.body if isinstance(part, ast.AnnAssign)]
        names = [ast.unparse(each) for each in fields]
        return _copied({name: value.fields.get(name, _UNKNOWN) for name in names})
    if isinstance(value, dict):
        made = {key: _copied(item) for key, item in value.items()}
        return _UNKNOWN if _UNKNOWN in made.values() else made
    if isinstance(value, list | tuple):
        items = [_copied(item) for item in value]
        return _UNKNOWN if _UNKNOWN in items else type(value)(items)
    return value if isinstance(value, str | int | float | None) else _UNKNOWN


def is_same_anew(value: object) -> bool:
    """Return whether a value cannot be changed, and is the same whenever it is made."""
    if isinstance(value, Record):
        return value.is_frozen and not depth_of(value)
    return isinstance(value, timedelta | Zone) or (isinstance(value, Moment) and not value.frozen)


def _is_frozen(machine: Machine, owner: LocalClass) -> bool | None:
    """Return whether objects of a class can never be changed; None: it is no class of records."""
    node = owner.node
    marks = [*node.bases, *node.decorator_list]
    if len(marks) != 1 or node.keywords:
        return None
    mark, given = marks[0], {}
    if isinstance(mark, ast.Call):
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in mark.keywords}
        if mark.args or not given.keys() <= _OPTIONS:
            return None
        mark = mark.func
    value = machine.evaluate(mark, owner.scope)
    path = value.path if isinstance(value, Name) else ""
    if node.bases:
        return True if path == "typing.NamedTuple" else None
    return given.get("frozen") == "True" if path == "dataclasses.dataclass" else None


def _stays(machine: Machine, owner: LocalClass, fields: set[str]) -> bool:
    """Return whether no code of the file gives a field of an object another value."""
    texts = {owner.scope.origin.text, machine.origin.text}
    given = {name for text in texts for name in _attributes_given(text)}
    return given.isdisjoint({*fields, _ANY}) and not hands_itself_on(owner.node)


@lru_cache(maxsize=64)  # as many as modules are read
def _attributes_given(text: str) -> frozenset[str]:
    """Return the attributes that some code gives values, of whatever object; `*`: any."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Attribute(attr=name, ctx=ast.Store() | ast.Del()):
                names.add(name)
            case ast.Attribute(attr=name) | ast.Name(id=name) if name in SETTERS:
                names.add(_ANY)
    return frozenset(names)


@lru_cache(maxsize=256)  # a loop may ask again and again
def hands_itself_on(node: ast.ClassDef) -> bool:
    """Return whether a method does more with its object than to ask for an attribute."""
    for method in node.body:
        if isinstance(method, ast.FunctionDef) and method.args.args:
            name = method.args.args[0].arg
            asked = {id(each.value) for each in ast.walk(method) if isinstance(each, ast.Attribute)}
            for each in ast.walk(method):
                if isinstance(each, ast.Name) and each.id == name and id(each) not in asked:
                    return True
    return False


def _own_parts(node: ast.ClassDef) -> Iterator[ast.stmt]:
    """Yield the statements of a class but for its texts and for methods that are only called."""
    for part in node.body:
        is_method = isinstance(part, ast.FunctionDef) and not part.name.startswith("__")
        if not is_text(part) and not is_method and not isinstance(part, ast.Pass):
            yield part


def is_text(part: ast.stmt) -> bool:
    """Return whether a statement is a text that stands there for people."""
    return isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)


def _is_plain(part: ast.stmt, machine: Machine, owner: LocalClass) -> bool:
    if not isinstance(part, ast.AnnAssign) or not isinstance(part.target, ast.Name):
        return False
    if isinstance(part.value, ast.Call) and {each.arg for each in part.value.keywords} & _PLACES:
        return False
    kind = ast.unparse(part.annotation).strip("'\"").partition("[")[0]
    known = machine.evaluate(ast.Name(kind, ast.Load()), owner.scope) if kind.isidentifier() else 0
    words = f"{ast.unparse(part.annotation)} {known.path if isinstance(known, Name) else ''}"
    return not any(word in words for word in _NOT_FIELDS)


def _default(machine: Machine, value: object) -> object:
    """Return what an object has in a field that it is given no value for."""
    if not isinstance(value, Made) or value.target.path != "dataclasses.field":
        return value
    if "default" in value.kwargs:
        return value.kwargs["default"]
    match value.kwargs.get("default_factory"):
        case Name(path=path) if path.removeprefix("builtins.") in _EMPTY:
            return _EMPTY[path.removeprefix("builtins.")]()
        case Function(node=ast.Lambda(body=body), scope=scope):
            return machine.evaluate(body, scope)
    return Opaque("only Python knows it", value.place)


def _is_known(value: object) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_known, value))
    if isinstance(value, list | dict | set | Record):
        return True
    is_data = isinstance(value, NEVER_CHANGED)
    return is_data and (not isinstance(value, str | int) or weight(value) is not None)
