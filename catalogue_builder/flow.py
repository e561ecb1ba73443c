"""What one `__init__` does with its `**kwargs`."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalogue_builder.module import Module

_NOTHING = ast.Constant(None)


@dataclass
class SuperCall:
    """A call of a parent's `__init__` that hands `**kwargs` on."""

    given: set[str]
    """The names that the call gives itself: a user who gives one too gets a TypeError."""
    target: ast.expr | None
    """None for `super()`, else the class in `Base.__init__(self, ...)`."""


@dataclass
class Flow:
    """Where `**kwargs` goes."""

    calls: list[SuperCall] = field(default_factory=list)
    taken: dict[str, ast.expr] = field(default_factory=dict)
    """Names that are taken out of kwargs, or put there, with the value that counts without."""
    unclear: list[str] = field(default_factory=list)
    """Uses of kwargs that are not understood."""


def flow_of(module: Module, init: ast.FunctionDef, kwargs: str) -> Flow:
    """Return what a constructor does with the mapping of that name."""
    reader = _Reader(kwargs)
    nodes = list(module.live(init))
    for node in nodes:
        reader.read(node)
    reader.flow.unclear += [
        f"line {node.lineno} uses {kwargs}"
        for node in nodes
        if isinstance(node, ast.expr) and reader.unread(node)
    ]
    return reader.flow


class _Reader:
    """Goes over the nodes once, and remembers which uses of kwargs it has understood."""

    def __init__(self, kwargs: str) -> None:
        self.flow = Flow()
        self._kwargs = kwargs
        self._understood: set[int] = set()

    def unread(self, node: ast.expr) -> bool:
        return self._is_kwargs(node) and id(node) not in self._understood

    def read(self, node: ast.AST) -> None:
        match node:
            case ast.Call(func=ast.Attribute(attr="__init__", value=owner)) if _is_parent(
                owner, node
            ):
                self._super(node, owner)
            case ast.Call(func=ast.Attribute() as function):
                self._method(node, function)
            case ast.Compare(comparators=[other]) if self._is_kwargs(other):
                self._understood.add(id(other))  # "x" in kwargs
            case ast.Assign(targets=targets, value=value) if self._is_kwargs(value):
                if all(isinstance(target, ast.Attribute) for target in targets):
                    self._understood.add(id(value))  # self.kwargs = kwargs: kept, not changed
            case ast.Subscript(value=value, slice=key) if self._is_kwargs(value):
                self._understood.add(id(value))
                if isinstance(node.ctx, ast.Store):  # kwargs["x"] = ...
                    self._take(key, _NOTHING)

    def _is_kwargs(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Name) and node.id == self._kwargs

    def _take(self, name: ast.expr, default: ast.expr) -> None:
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            self.flow.taken.setdefault(name.value, default)

    def _super(self, call: ast.Call, owner: ast.expr) -> None:
        given = {keyword.arg for keyword in call.keywords if keyword.arg is not None}
        unpacked = [keyword.value for keyword in call.keywords if keyword.arg is None]
        if any([self._hands_on(value) for value in unpacked]):  # noqa: C419 - all must be read
            target = None if isinstance(owner, ast.Call) else owner
            self.flow.calls.append(SuperCall(given, target))

    def _hands_on(self, value: ast.expr) -> bool:
        if self._is_kwargs(value):
            self._understood.add(id(value))
            return True
        passes = False
        if isinstance(value, ast.Dict):  # **{**kwargs, "a": 1}
            for key, item in zip(value.keys, value.values, strict=True):
                if key is not None:
                    self._take(key, item)
                elif self._is_kwargs(item):
                    self._understood.add(id(item))
                    passes = True
        return passes

    def _method(self, call: ast.Call, function: ast.Attribute) -> None:
        if function.attr == "format":  # "...".format(**kwargs)
            self._understood.update(id(k.value) for k in call.keywords if k.arg is None)
        if not (self._is_kwargs(function.value) and call.args):
            return
        if function.attr in ("pop", "get", "setdefault") and isinstance(call.args[0], ast.Constant):
            self._understood.add(id(function.value))
            if function.attr != "get":  # what is only looked at stays in kwargs
                self._take(call.args[0], call.args[1] if len(call.args) > 1 else _NOTHING)


def _is_parent(owner: ast.expr, call: ast.Call) -> bool:
    """Return whether `owner.__init__(...)` calls a parent's constructor."""
    if isinstance(owner, ast.Call):
        return isinstance(owner.func, ast.Name) and owner.func.id == "super"
    first = call.args[0] if call.args else None
    return isinstance(first, ast.Name) and first.id == "self"
