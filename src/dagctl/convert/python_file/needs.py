"""What a function needs of its file, and what of that would not be the same within it."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dagctl.convert.python_file.binding import defaults_of
from dagctl.convert.python_file.objects import (
    Argument,
    Container,
    Dag,
    Decorated,
    Output,
    Task,
)
from dagctl.convert.python_file.source_of import words
from dagctl.convert.python_file.uncertain import changed_names, root

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ANEW = "each call would make it anew: make it in the function"
_GLOBAL = "`global` changes it for the whole file, which the function no longer has"
_SHARED = "another function of the file may see how it is changed: keep it elsewhere"
_AS_TEXT = "it takes names of the file as text: write the names themselves"
_SAME_TYPE = frozenset({"copy", "items", "values"})
_KEYS = frozenset({"count", "index", "keys"})
_CHANGING = frozenset(
    {"add", "append", "clear", "discard", "extend", "insert", "pop", "popitem", "remove"}
    | {"reverse", "setdefault", "sort", "update"}
)
"""Methods that change lists, mappings and sets."""
_LOOKING = frozenset({"bool", "isinstance", "len", "print", "repr", "str"})
"""Functions that keep nothing of what they get."""
_COPYING = frozenset(
    {"all", "any", "dict", "enumerate", "frozenset", "list", "max", "min", "reversed", "set"}
    | {"sorted", "sum", "tuple", "zip"}
)
"""Functions that keep no more than the items of what they get."""
_PLAIN_DECORATORS = frozenset(
    {"classmethod", "contextlib.contextmanager", "contextmanager", "dataclass"}
    | {"dataclasses.dataclass", "property", "staticmethod"}
)
_FIXED = (
    *(ast.Constant, ast.Tuple, ast.UnaryOp, ast.BinOp, ast.operator, ast.unaryop),
    *(ast.expr_context, ast.Name, ast.Attribute, ast.Subscript, ast.JoinedStr, ast.FormattedValue),
)
"""Parts of an expression that makes nothing that can be changed."""


@dataclass(slots=True)
class Needs:
    """What a function needs of the file: statements in their order, imports first."""

    imports: dict[str, None] = field(default_factory=dict)
    others: dict[str, None] = field(default_factory=dict)
    names: dict[tuple[int, str], None] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    state: dict[str, object] = field(default_factory=dict)
    """Lists and mappings, which may be changed in their place."""
    calls: dict[str, str] = field(default_factory=dict)
    """What a statement of the file makes, and why it is not made at each call."""
    parts: list[ast.AST] = field(default_factory=list)
    """Functions, classes and statements that stand in it."""
    dag: Dag | None = None
    """The DAG that Airflow gives to the function, if it does."""
    is_dag_used: bool = False
    file: bool = False
    """Whether it asks for `__file__`."""
    own: dict[str, set[str]] = field(default_factory=dict)
    """Its parameters and variables: see `own_names`."""
    length: int = 0
    """Characters of the statements."""

    def refuse(self, node: ast.AST, *, is_called_again: bool) -> None:
        """Refuse what would not be the same in the function as in the file.

        Args:
            node: The function.
            is_called_again: Whether it may be called again and again.
        """
        body = getattr(node, "body", [])
        inner = [*body] if isinstance(body, list) else [body]
        nodes = [each for part in (*inner, *self.parts) for each in ast.walk(part)]
        names = {name for _, name in self.names}
        for each in nodes:
            declared = each.names if isinstance(each, ast.Global) else ()
            for name in (name for name in declared if name in names):
                self.missing[name] = _GLOBAL
        named = names | self.own.keys() | _bound(nodes)
        for name in _asked_as_text(nodes, names if self.imports or self.others else None):
            if name not in named:
                self.missing[name] = _AS_TEXT
        own_name = getattr(node, "name", None)
        if is_called_again or any(
            isinstance(each, ast.Name) and each.id == own_name for each in nodes
        ):
            # a file with its own `len` may do more with a list than read it
            self._refuse_state(nodes, is_plain=named.isdisjoint(_LOOKING | _COPYING))

    def refuse_shared(self, changed: frozenset[str]) -> None:
        """Refuse what functions of the file change, as they no longer have it together.

        Args:
            changed: What they change.
        """
        for name in changed & {*self.state, *self.calls}:
            self.missing.setdefault(name, _SHARED)

    def _refuse_state(self, nodes: Sequence[ast.AST], *, is_plain: bool) -> None:
        """Refuse what would not be the same at each call of a function that has it in it."""
        self.missing |= self.calls
        parents = {child: node for node in nodes for child in ast.iter_child_nodes(node)}
        for node in nodes:
            name = node.id if isinstance(node, ast.Name) else None
            if name in self.state:
                is_read = is_plain and _is_read(node, _depth(self.state[name]), parents)
                self.missing |= {} if is_read else {name: _ANEW}
        defined = {name: part for part in self.parts if (name := getattr(part, "name", None))}
        has_class = any(isinstance(part, ast.ClassDef) for part in defined.values())
        own = {id(store) for part in self.parts for store in _of_objects(part)}
        stores = [
            node
            for node in nodes
            if id(node) not in own and _stores_shared(node, defined, has_class=has_class)
        ]
        for name, part in defined.items():
            if _keeps(part) or (stores and (isinstance(part, ast.ClassDef) or not has_class)):
                self.missing[name] = _ANEW


def changed_by_functions(tree: ast.AST) -> frozenset[str]:
    """Return the names of lists, mappings and sets that functions of a file change in place."""
    functions = ast.FunctionDef | ast.AsyncFunctionDef
    outer = (node for node in ast.walk(tree) if isinstance(node, functions))
    names: set[str] = set()
    for node in {inner for each in outer for inner in ast.walk(each)}:
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr=method)) if method in _CHANGING:
                names |= {*root(owner)}
            case ast.Subscript(ctx=ast.Store() | ast.Del()):
                names |= {*root(node)}
    return frozenset(names)


def _depth(value: object) -> int:
    """Return how many lists and mappings stand in each other; 0: nothing can be changed."""
    if not isinstance(value, list | tuple | dict):
        return 0
    items = value.values() if isinstance(value, dict) else value
    inner = max(map(_depth, items), default=0)
    return 0 if isinstance(value, tuple) and not inner else inner + 1


def _is_read(  # noqa: C901, PLR0911, PLR0912 - one case for each use
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
            return _is_read(around, depth if is_part else depth - 1, parents)
        case ast.Attribute(attr=method, ctx=ast.Load()):
            call = parents.get(around)
            if not (isinstance(call, ast.Call) and call.func is around):
                return False
            if method == "get":
                return _is_read(call, depth - 1, parents)
            return method in _KEYS or (method in _SAME_TYPE and depth == 1)
        case ast.Call(func=ast.Name(id=name)):
            return name in _LOOKING or (name in _COPYING and depth == 1)
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


def _keeps(part: ast.AST) -> bool:  # noqa: PLR0911 - one for each statement
    """Return whether a definition may keep something from one call to the next."""
    if any(words(each).partition("(")[0] not in _PLAIN_DECORATORS for each in _decorators(part)):
        return True
    match part:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return not all(map(_is_fixed, defaults_of(part.args).values()))
        case ast.ClassDef(body=body, bases=bases):
            return any(map(_keeps, body)) or any(words(base) == "type" for base in bases)
        case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
            return not _is_fixed(value)
        case ast.Expr(value=value):
            return not isinstance(value, ast.Constant)
        case ast.Pass() | ast.AnnAssign():
            return False
        case _:
            return True


def _decorators(part: ast.AST) -> list[ast.expr]:
    return getattr(part, "decorator_list", [])


def _is_fixed(value: ast.expr) -> bool:
    return all(isinstance(node, _FIXED) for node in ast.walk(value))


def _stores_shared(node: ast.AST, defined: dict[str, ast.AST], *, has_class: bool) -> bool:
    """Return whether a node may give a function or a class of the file an attribute."""
    if isinstance(node, ast.Name):
        return has_class and node.id in {"setattr", "delattr"}
    if not isinstance(node, ast.Attribute):
        return False
    if node.attr in {"__dict__", "__class__", "__setattr__"}:
        return has_class
    name = next(root(node), "")
    return isinstance(node.ctx, ast.Store | ast.Del) and (has_class or name in defined)


def _of_objects(part: ast.AST) -> Iterator[ast.AST]:
    """Yield what the methods of a class store as `self.name`, which each object has for itself."""
    for method in part.body if isinstance(part, ast.ClassDef) else ():
        if not isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) or _decorators(method):
            continue
        if [argument.arg for argument in method.args.args[:1]] == ["self"]:
            for node in ast.walk(method):
                match node:
                    case ast.Attribute(value=ast.Name(id="self"), attr=name):
                        yield from () if name.startswith("__") else [node]


def _bound(nodes: Sequence[ast.AST]) -> set[str]:
    """Return the names that nodes give values of their own."""
    binding = (node for node in nodes if not isinstance(node, ast.Call | ast.Attribute))
    arguments = {node.arg for node in nodes if isinstance(node, ast.arg)}
    return {*changed_names(binding)} | arguments


def _asked_as_text(  # noqa: C901 - one case for each way
    nodes: Sequence[ast.AST], moved: set[str] | None
) -> Iterator[str]:
    """Yield what may look for names of the file by their text.

    Args:
        nodes: The nodes of the function, and of what stands in it.
        moved: The names of statements of the file that stand in it, which are local ones now;
            None: no statement does.
    """
    calls = {node.func: node for node in nodes if isinstance(node, ast.Call)}
    own = set(_asked_for_own(nodes, moved or set()))
    for node in nodes:
        match node:
            case ast.Name(id="eval" | "exec" as name):
                call = calls.get(node)
                if call is None or len(call.args) + len(call.keywords) == 1:
                    yield name  # without names of its own
            case ast.Name(id="locals" | "vars" | "dir" as name) if moved is not None:
                call = calls.get(node)
                if call is None or (not call.args and call not in own):
                    yield name
            case ast.Name(id="globals" as name):
                yield name
            case ast.Attribute(attr="f_globals" | "__globals__" | "__module__" as name):
                yield name
            case ast.Attribute(value=ast.Name(id="sys"), attr="modules"):
                yield "sys.modules"
            case (
                ast.Attribute(attr="getmodule")
                | ast.Name(id="getmodule")
                | ast.alias(name="getmodule")
            ):
                yield "inspect.getmodule"
            case ast.Subscript(slice=ast.Name(id="__name__")):
                yield "__name__"
            case ast.Call(func=function, args=[ast.Name(id="__name__"), *_]):
                if words(function).rpartition(".")[2] in {"get", "import_module", "__import__"}:
                    yield "__name__"


def _asked_for_own(nodes: Sequence[ast.AST], moved: set[str]) -> Iterator[ast.Call]:
    """Yield each `locals()` that is asked for one name alone, which no moved statement has."""
    for node in nodes:
        match node:
            case ast.Compare(
                left=ast.Constant(value=str(name)),
                ops=[ast.In() | ast.NotIn()],
                comparators=[ast.Call(func=ast.Name(id="locals" | "dir")) as call],
            ) if name not in moved:
                yield call


def reason(value: object) -> str | None:
    """Return why a function that runs as a task cannot have a value of the DAG file."""
    if isinstance(value, Container):
        return "a DAG or a group is not there when the task runs"
    if isinstance(value, Task | Output):
        return "give the output of a task as an argument"
    if isinstance(value, Argument):
        return "give the argument of the group as an argument"
    if isinstance(value, Decorated):
        made = {"dag": "a DAG", "task_group": "a group"}.get(value.decorator.kind)
        what = f"it makes {made}" if made else "it is a task"
        return f"{what}; only the DAG file calls it"
    return None


__all__ = ["Needs", "changed_by_functions", "reason"]
