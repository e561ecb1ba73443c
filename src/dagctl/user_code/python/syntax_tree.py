"""Syntax trees: read without a warning on the screen, walked level by level, and compared."""

from __future__ import annotations

import ast
import threading
import warnings
from heapq import merge
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Result = TypeVar("Result")

Node = TypeVar("Node", bound=ast.AST)

_SIGNED = frozenset({float, complex})
"""The numbers with a zero of either sign. Of a long integer there may be no `repr`."""
_FIELDS: dict[type, tuple[str, ...]] = {
    kind: kind._fields
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}
"""A type asked for its fields each time costs a fifth of the comparison."""
_COMPARED = {kind: tuple(name for name in _FIELDS[kind] if name != "ctx") for kind in _FIELDS}
"""Whether a name is read or set follows from where it stands."""
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Nodes:
    """Every node of a tree, outermost first, sorted by kind: most questions are about a few."""

    __slots__ = ("_by_kind",)

    def __init__(self, nodes: Iterable[ast.AST]) -> None:
        """Sort the nodes."""
        self._by_kind: dict[type, tuple[list[int], list[Any]]] = {}
        for place, node in enumerate(nodes):
            places, alike = self._by_kind.setdefault(type(node), ([], []))
            places.append(place)
            alike.append(node)

    def of(self, *kinds: type[Node]) -> Sequence[Node]:
        """Return the nodes of some kinds, outermost first."""
        there = [self._by_kind[kind] for kind in kinds if kind in self._by_kind]
        if not there:
            return []
        if len(there) == 1:
            return there[0][1]
        in_order = merge(*(zip(*each, strict=True) for each in there), key=itemgetter(0))
        return [node for _, node in in_order]

    def has(self, *kinds: type[ast.AST]) -> bool:
        """Return whether there is a node of one of the kinds."""
        return not self._by_kind.keys().isdisjoint(kinds)


def levels(roots: Sequence[ast.AST]) -> Iterator[list[ast.AST]]:
    """Yield the nodes below `roots` (included), one level of nesting at a time."""
    level = list(roots)
    while level:
        yield level
        below: list[ast.AST] = []
        for node in level:
            below += children(node)
        level = below


def children(node: ast.AST) -> list[ast.AST]:
    """Return what `ast.iter_child_nodes` yields, in a third of its time."""
    inner: list[ast.AST] = []
    values = node.__dict__
    for field in _FIELDS[type(node)]:
        value = values.get(field)
        if type(value) is list:
            inner += [item for item in value if type(item) in _FIELDS]
        elif value is not None and type(value) in _FIELDS:
            inner.append(value)
    return inner


def own_nodes(statements: Iterable[ast.stmt]) -> Iterator[ast.AST]:
    """Yield what runs when these statements run: not the bodies of functions defined in them."""
    stack: list[ast.AST] = list(statements)
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, _FUNCTIONS):
            stack.append(node.args)
            stack.extend(getattr(node, "decorator_list", ()))
            stack.extend(filter(None, [getattr(node, "returns", None)]))
        else:
            stack += children(node)


def same(left: object, right: object) -> bool:
    """Return whether two trees (or lists of trees) are equal but for the places of their nodes.

    Constants must agree in type and in every digit: `1` and `True` differ, so do `0.0` and `-0.0`.
    """
    stack: list[tuple[Any, Any]] = [(left, right)]
    while stack:
        first, second = stack.pop()
        kind = type(first)
        if kind is not type(second):
            return False
        if kind is list:
            if len(first) != len(second):
                return False
            stack.extend(zip(first, second, strict=True))
        elif (fields := _COMPARED.get(kind)) is not None:
            here, there = first.__dict__, second.__dict__
            for field in fields:
                value, other = here.get(field), there.get(field)
                if value is not other:  # most often they are: names and small constants
                    stack.append((value, other))
        elif first != second or (kind in _SIGNED and repr(first) != repr(second)):
            return False
    return True


_FILTERS = threading.Lock()
"""The process has one set of filters. It is held for one call of Python's parser or compiler, which
lets no other thread run meanwhile anyway."""


def quietly(action: Callable[[], Result]) -> tuple[Result, list[warnings.WarningMessage]]:
    """Return what one call of Python's parser or compiler gives, and what it warns of."""
    with _FILTERS, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        return action(), caught


def parse_quietly(text: str) -> ast.Module:
    """Return the tree of code that was checked before, without showing its warnings again."""
    return quietly(lambda: ast.parse(text))[0]
