"""Whether values stay what they are: one rule for code that runs later, again, or at any time.

A list, a mapping or a set stays what it is where each use of its name only looks at it. Any other
use may change it: it gets a second name, a function takes it, a method that is not known is called.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dagctl.convert.python_file.state.bound_names import own_names
from dagctl.convert.python_file.state.named_record import Record

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    Position = tuple[int, int]

_SAME_TYPE = frozenset({"copy", "items", "values"})
_KEYS = frozenset({"count", "index", "keys"})
LOOKING = frozenset({"bool", "isinstance", "len", "print", "repr", "str"})
"""Functions that keep nothing of what they get."""
COPYING = frozenset(
    {"all", "any", "dict", "enumerate", "frozenset", "list", "max", "min", "reversed", "set"}
    | {"sorted", "sum", "tuple", "zip"}
)
"""Functions that keep no more than the items of what they get."""
_METHODS = frozenset({*dir(list), *dir(dict), *dir(set)})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Uses:
    """How some code uses the names of its file."""

    def __init__(self) -> None:
        self._known: set[ast.AST] = set()
        self._parents: dict[ast.AST, ast.AST] = {}
        self.names: dict[str, list[ast.AST]] = {}
        """Where it uses each name that is not its own."""
        self._attributes: dict[str, list[ast.AST]] = {}
        self._given: set[str] = set()
        """The names that it gives values in the file."""

    def __contains__(self, code: object) -> bool:
        """Return whether some code was added."""
        return code in self._known

    def add(self, code: ast.AST) -> int:
        """Add a function or a class; return how many nodes were looked at."""
        if code in self._known:
            return 0
        before = len(self._parents)
        self._known.add(code)
        stack: list[tuple[ast.AST, frozenset[str]]] = [(code, frozenset())]
        while stack:
            node, own = stack.pop()
            match node:
                case ast.Global(names=names) | ast.Nonlocal(names=names):
                    self._given |= {*names}
                case ast.Name(id=name, ctx=ast.Load()) if name not in own:
                    self.names.setdefault(name, []).append(node)
                case ast.Attribute(attr=name):
                    self._attributes.setdefault(name, []).append(node)
            if isinstance(node, _FUNCTIONS):
                own |= own_names(node).keys()
            for child in ast.iter_child_nodes(node):
                self._parents[child] = node
                stack.append((child, own))
        return len(self._parents) - before

    def changes(self, name: str, value: object) -> bool:
        """Return whether the code may change what a name of the file means."""
        if name in self._given:
            return True
        depth = depth_of(value) if name in self.names else 0
        return bool(depth) and self._changes(self.names[name], depth)

    def changes_attribute(self, name: str, value: object) -> bool:
        """Return whether the code may change an attribute of this name, of whatever object."""
        if "setattr" in self.names or "__dict__" in self._attributes:
            return True
        return self._changes(self._attributes.get(name, ()), depth_of(value))

    def is_shared(self, name: str, value: object, own: Collection[Position]) -> bool:
        """Return whether one part of the code changes what another one uses.

        Args:
            name: The name of it.
            value: The value of it.
            own: Where the names of the one part stand.
        """
        uses: tuple[list[ast.AST], list[ast.AST]] = [], []
        for node in self.names.get(name, ()):
            uses[position(node) in own].append(node)
        others, depth = uses[0], depth_of(value) or 1
        return bool(others) and self._changes([*others, *uses[1]], depth)

    def _changes(self, nodes: Iterable[ast.AST], depth: int) -> bool:
        return not all(is_read(node, depth, self._parents) for node in nodes)


def position(node: ast.AST) -> Position:
    """Return where a name stands in its file."""
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def functions_in(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the outermost functions of a file, those of classes too."""
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, _FUNCTIONS):
            yield node
        else:
            stack += ast.iter_child_nodes(node)


def depth_of(value: object) -> int:
    """Return how many lists and mappings stand in each other; 0: nothing can be changed."""
    if isinstance(value, set):
        return 1
    if isinstance(value, Record):
        inner = max(map(depth_of, value.fields.values()), default=0)
        return 0 if value.is_frozen and not inner else inner + 1
    if not isinstance(value, list | tuple | dict):
        return 0
    items = value.values() if isinstance(value, dict) else value
    inner = max(map(depth_of, items), default=0)
    return 0 if isinstance(value, tuple) and not inner else inner + 1


def is_read(  # noqa: C901, PLR0911, PLR0912 - one case for each use
    node: ast.AST, depth: int, parents: dict[ast.AST, ast.AST]
) -> bool:
    """Return whether a list or a mapping is only looked at, and gets no second name.

    Args:
        node: The expression that gives it.
        depth: How many lists and mappings stand in each other in it.
        parents: What each node stands in.
    """
    if not depth:
        return not isinstance(getattr(node, "ctx", None), ast.Store | ast.Del)
    around = parents.get(node)
    match around:
        case ast.Subscript(value=value, slice=part, ctx=ast.Load()) if value is node:
            is_part = isinstance(part, ast.Slice) and depth > 1
            return is_read(around, depth if is_part else depth - 1, parents)
        case ast.Attribute(attr=method, ctx=ast.Load()):
            call = parents.get(around)
            if not (isinstance(call, ast.Call) and call.func is around):
                return method not in _METHODS and is_read(around, depth - 1, parents)
            if method == "get":
                return is_read(call, depth - 1, parents)
            return method in _KEYS or (method in _SAME_TYPE and depth == 1)
        case ast.Call(func=ast.Name(id=name)):
            return name in LOOKING or (name in COPYING and depth == 1)
        case ast.Call(func=ast.Attribute(value=ast.Constant(), attr="join")):
            return True
        case ast.Call(func=ast.Attribute(value=ast.Name(id="json"), attr="dumps")):
            return True
        case ast.Compare() | ast.FormattedValue() | ast.Expr() | ast.UnaryOp() | ast.Assert():
            return True
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            return test is node
        case ast.For() | ast.comprehension() | ast.Starred() | ast.BinOp():
            return depth == 1
        case ast.keyword(arg=None):
            return depth == 1
        case ast.Dict(keys=keys, values=values):
            spread = [value for key, value in zip(keys, values, strict=True) if key is None]
            return depth == 1 and any(value is node for value in spread)
        case _:
            return False
