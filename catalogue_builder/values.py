"""The value of an expression: literals, names of such, and what `template_fields` are made with."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from catalogue_builder.entities import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from catalogue_builder.classes import Class
    from catalogue_builder.module import Module

_DEEPEST = 20
"""Steps from name to name; more is a circle."""

_SEQUENCES: dict[type[ast.expr], Callable[[Iterable[Any]], Any]] = {
    ast.Tuple: tuple,
    ast.List: list,
    ast.Set: set,
}
_BUILTINS: dict[str, Callable[..., Any]] = {
    "tuple": tuple,
    "list": list,
    "set": set,
    "frozenset": frozenset,
    "sorted": sorted,
    "dict": dict,
}
_OPERATIONS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda left, right: left + right,
    ast.Sub: lambda left, right: left - right,
    ast.Mult: lambda left, right: left * right,
    ast.Div: lambda left, right: left / right,
    ast.BitOr: lambda left, right: left | right,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.In: lambda item, right: item in right,
    ast.NotIn: lambda item, right: item not in right,
    ast.Eq: lambda item, right: bool(item == right),
    ast.NotEq: lambda item, right: bool(item != right),
}


class UnknownValueError(Exception):
    """The value depends on something that only runs."""


def value_of(module: Module, node: ast.expr, cls: Class | None = None) -> Any:  # noqa: ANN401
    """Return the value of an expression of a module, or of the body of a class.

    Raises:
        UnknownValueError: It cannot be read.
    """
    return _Evaluation(module, cls, 0).value(node)


def class_attribute(cls: Class, name: str) -> Any:  # noqa: ANN401 - a literal
    """Return the value of a class attribute, or None where no class of the order has it.

    Raises:
        UnknownValueError: It is made by running code.
    """
    place = cls.attribute(name)
    if place is None:
        return None
    owner, node = place
    if not isinstance(node, ast.expr):
        raise UnknownValueError(f"{owner.name}.{name} is a function")
    return value_of(owner.module, node, owner)


def ordered(value: Any) -> list[Any]:  # noqa: ANN401 - a literal
    """Return the items of a collection, those of a set sorted: a set has no order of its own."""
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    return list(value)


class _Evaluation:
    def __init__(self, module: Module, cls: Class | None, depth: int) -> None:
        self._module = module
        self._cls = cls
        self._depth = depth

    def value(self, node: ast.expr) -> Any:  # noqa: ANN401 - a literal
        if self._depth > _DEEPEST:
            raise UnknownValueError(ast.unparse(node))
        return _Evaluation(self._module, self._cls, self._depth + 1)._value(node)  # noqa: SLF001

    def _value(self, node: ast.expr) -> Any:  # noqa: ANN401, C901, PLR0911 - a case each
        match node:
            case ast.Constant():
                return node.value
            case ast.Tuple() | ast.List() | ast.Set():
                return _SEQUENCES[type(node)](self._items(node.elts))
            case ast.Dict():
                return self._mapping(node)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.value(operand)
            case ast.BinOp(op=operation):
                return self._operation(node, operation)
            case ast.IfExp(test=test):
                decided = self._module.tree.truth(test)
                if decided is not None:
                    return self.value(node.body if decided else node.orelse)
            case ast.Name() | ast.Attribute():
                return self._named(node)
            case ast.Call():
                return self._called(node)
            case ast.GeneratorExp() | ast.ListComp() | ast.SetComp():
                return self._filtered(node)
        raise UnknownValueError(ast.unparse(node))

    def _items(self, nodes: list[ast.expr]) -> list[Any]:
        items: list[Any] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                items += ordered(self.value(node.value))
            else:
                items.append(self.value(node))
        return items

    def _mapping(self, node: ast.Dict) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            result |= self.value(value) if key is None else {self.value(key): self.value(value)}
        return result

    def _operation(self, node: ast.BinOp, operation: ast.operator) -> Any:  # noqa: ANN401
        compute = _OPERATIONS.get(type(operation))
        if compute is None:
            raise UnknownValueError(ast.unparse(node))
        try:
            return compute(self.value(node.left), self.value(node.right))
        except (TypeError, ArithmeticError) as error:
            raise UnknownValueError(str(error)) from None

    def _named(self, node: ast.Name | ast.Attribute) -> Any:  # noqa: ANN401 - a literal
        if isinstance(node, ast.Name) and self._cls is not None:
            inner = self._cls.body.get(node.id)
            if isinstance(inner, ast.expr) and inner is not node:
                return self.value(inner)
        entity = self._module.evaluate(node)
        if isinstance(entity, Value):
            return _Evaluation(entity.module, None, self._depth + 1).value(entity.node)
        if isinstance(node, ast.Attribute) and node.attr == "value":  # Enum.MEMBER.value
            return self.value(node.value)
        raise UnknownValueError(ast.unparse(node))

    def _called(self, node: ast.Call) -> Any:  # noqa: ANN401 - a literal
        match node:
            case ast.Call(func=ast.Name(id=name), args=[], keywords=[]) if name in _BUILTINS:
                return _BUILTINS[name]()
            case ast.Call(func=ast.Name(id=name), args=[item], keywords=[]) if name in _BUILTINS:
                value = self.value(item)
                return _BUILTINS[name](value if name == "dict" else ordered(value))
            case ast.Call(func=ast.Name(id="aws_template_fields"), args=items):
                always = {"aws_conn_id", "region_name", "verify"}
                return tuple(sorted(always | {self.value(item) for item in items}))
            case ast.Call(func=ast.Attribute(attr="union", value=owner), args=items):
                return set(self.value(owner)).union(*(self.value(item) for item in items))
        raise UnknownValueError(ast.unparse(node))

    def _filtered(self, node: ast.GeneratorExp | ast.ListComp | ast.SetComp) -> list[Any]:
        match node.generators:
            case [ast.comprehension(target=ast.Name(id=name), iter=source, ifs=tests)] if (
                isinstance(node.elt, ast.Name) and node.elt.id == name
            ):
                items = ordered(self.value(source))
                return [item for item in items if all(self._holds(t, name, item) for t in tests)]
        raise UnknownValueError(ast.unparse(node))

    def _holds(self, test: ast.expr, name: str, item: Any) -> bool:  # noqa: ANN401 - a literal
        match test:
            case ast.Compare(left=ast.Name(id=left), ops=[operator], comparators=[right]) if (
                left == name and type(operator) in _COMPARISONS
            ):
                return _COMPARISONS[type(operator)](item, self.value(right))
        raise UnknownValueError(ast.unparse(test))
