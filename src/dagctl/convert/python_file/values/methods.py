"""Methods of objects and classes of the file, as functions that a task may run."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from dagctl.convert.python_file.state.inlining import defined
from dagctl.convert.python_file.state.items import Function, LocalClass, Opaque
from dagctl.frozen import frozen

if TYPE_CHECKING:
    from dagctl.convert.python_file.state.binding import Call
    from dagctl.convert.python_file.state.machine import Machine
    from dagctl.convert.python_file.state.scope import Scope

_METHODS = ast.FunctionDef | ast.AsyncFunctionDef
_MOST_BASES = 10


@frozen
class Instance(Opaque):
    """An object of a class of the file, of which only Python knows more."""

    owner: LocalClass | None = None
    made: Call | None = field(default=None, compare=False)
    """The call that makes it."""
    touched: list[ast.AST] = field(default_factory=list)
    """The calls that may have changed it since it was made."""


@dataclass(eq=False, slots=True)
class Method(Function):
    """A call of a method, as a lambda: the task makes the object anew, as each parse does."""

    of: Instance | None = None
    by: str = ""
    """The name by which the file has it where the method is named."""
    method: str = ""

    @property
    def name(self) -> str:
        """Return the name of the method."""
        return self.method

    def is_still_named(self) -> bool:
        """Return whether the name still means the same object."""
        holder = self.scope.holder(self.by)
        return holder is not None and holder.values[self.by] is self.of


def of_object(machine: Machine, owner: Opaque, node: ast.Attribute, scope: Scope) -> Method | None:
    """Return the method of an object that has a name; None: it is no plain method."""
    if not isinstance(owner, Instance) or owner.owner is None:
        return None
    classes = _with_bases(owner.owner)
    if any(_keeps_state(each.node) for each in classes):
        return None
    held = (each for each in classes if _holds(each.node, node.attr))
    method = method_of(next(held, owner.owner).node, node.attr)
    if method is None or method.decorator_list or not method.args.args:
        return None
    return _called(machine, owner, node, scope, method.args)


def _with_bases(owner: LocalClass) -> list[LocalClass]:
    """Return a class and its bases, as far as each has one base, of the file."""
    classes = [owner]
    while len(classes) < _MOST_BASES:
        names = [each.id for each in classes[-1].node.bases if isinstance(each, ast.Name)]
        holder = classes[-1].scope.holder(names[0]) if len(names) == 1 else None
        base = holder.values[names[0]] if holder else None
        if not isinstance(base, LocalClass) or len(classes[-1].node.bases) > 1:
            break
        classes.append(base)
    return classes


@lru_cache(maxsize=256)
def _holds(node: ast.ClassDef, name: str) -> bool:
    """Return whether a class itself has something under a name."""
    given = (
        each.id
        for part in node.body
        for each in ast.walk(part)
        if isinstance(part, ast.Assign | ast.AnnAssign | ast.AugAssign)
        and isinstance(each, ast.Name)
    )
    return any(getattr(part, "name", None) == name for part in node.body) or name in given


@lru_cache(maxsize=256)  # a loop may ask again and again
def _keeps_state(node: ast.ClassDef) -> bool:
    """Return whether objects of a class may share something that changes."""
    for part in node.body:
        if isinstance(part, ast.Assign | ast.AnnAssign | ast.AugAssign):
            value = part.value
            if value is not None and not isinstance(value, ast.Constant | ast.JoinedStr):
                return True
        elif not isinstance(part, _METHODS | ast.Expr | ast.Pass):
            return True
    return bool(node.keywords or node.decorator_list) or any(
        _is_shared(each, node.name) for each in ast.walk(node)
    )


def _is_shared(node: ast.AST, name: str) -> bool:
    """Return whether code gives something a value that is not of the object alone."""
    match node:
        case ast.Global() | ast.Nonlocal() | ast.Name(id="setattr" | "vars" | "exec" | "eval"):
            return True
        case ast.Attribute(attr="__class__" | "__dict__"):
            return True
        case ast.Attribute(value=owner, ctx=ast.Store() | ast.Del()):
            while isinstance(owner, ast.Attribute):
                owner = owner.value
            return not isinstance(owner, ast.Name) or owner.id in {name, "cls"}
    return False


def of_class(machine: Machine, owner: LocalClass, name: str) -> Function | None:
    """Return a static method: a function that stands in a class."""
    method = method_of(owner.node, name)
    marks = [ast.unparse(each) for each in method.decorator_list] if method else []
    is_own = owner.scope.holder("staticmethod") is not None
    is_changed = owner.node.keywords or owner.node.decorator_list or is_own
    if method is None or marks != ["staticmethod"] or is_changed:
        return None
    if owner.scope.uses.changes_attribute(name, None):
        return None
    return defined(machine, method, owner.scope)


@lru_cache(maxsize=256)
def method_of(node: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    """Return the one function that a class itself has under a name, or None."""
    known = [part for part in node.body if getattr(part, "name", None) == name]
    only = known[0] if len(known) == 1 else None
    return only if isinstance(only, ast.FunctionDef) else None


def _called(
    machine: Machine, owner: Instance, node: ast.Attribute, scope: Scope, given: ast.arguments
) -> Method | None:
    """Return the call of a method with all that it takes, but for its object."""
    name = node.value
    defaults = (*given.defaults, *given.kw_defaults)
    is_plain = all(isinstance(each, ast.Constant | None) for each in defaults)
    if not isinstance(name, ast.Name) or given.posonlyargs or not is_plain:
        return None
    own = given.args[1:]
    taken = [ast.arg(each.arg) for each in own]
    arguments = ast.arguments(
        posonlyargs=[],
        args=taken,
        vararg=given.vararg and ast.arg(given.vararg.arg),
        kwonlyargs=[ast.arg(each.arg) for each in given.kwonlyargs],
        kw_defaults=given.kw_defaults,
        kwarg=given.kwarg and ast.arg(given.kwarg.arg),
        defaults=given.defaults[-len(own) :] if own else [],
    )
    call = ast.Call(ast.Attribute(ast.Name(name.id, ast.Load()), node.attr, ast.Load()), [], [])
    call.args = [ast.Name(each.arg, ast.Load()) for each in own]
    if given.vararg:
        call.args.append(ast.Starred(ast.Name(given.vararg.arg, ast.Load()), ast.Load()))
    call.keywords = [
        ast.keyword(each.arg, ast.Name(each.arg, ast.Load())) for each in given.kwonlyargs
    ]
    if given.kwarg:
        call.keywords.append(ast.keyword(None, ast.Name(given.kwarg.arg, ast.Load())))
    made = ast.copy_location(ast.Lambda(arguments, call), node)
    ast.fix_missing_locations(made)
    return Method(
        made, scope, machine.place(node), is_late=True, of=owner, by=name.id, method=node.attr
    )


def instance(machine: Machine, owner: LocalClass, made: Call) -> Instance:
    """Return the object that a call of a class of the file makes."""
    why = f"{owner.node.name} is a class of this file"
    return Instance(why, machine.place(made.node), owner=owner, made=made)
