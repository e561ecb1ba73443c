"""What a function needs of its file, and what of that would not be the same within it."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from dagctl.convert.python_file.state.binding import defaults_of
from dagctl.convert.python_file.state.bound_names import changed_names, root
from dagctl.convert.python_file.state.items import Argument, Container, Dag, Decorated, Output, Task
from dagctl.convert.python_file.state.source_tree import words
from dagctl.convert.python_file.state.value_uses import (
    COPYING,
    LOOKING,
    depth_of,
    is_read,
    position,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from dagctl.convert.python_file.state.value_uses import Uses

_ANEW = "each call would make it anew: make it in the function"
_GLOBAL = "`global` changes it for the whole file, which the function no longer has"
_SHARED = "another function of the file may see how it is changed: keep it elsewhere"
_PICKLED = "another process would look for it in the file: write it into a module, and import it"
_PICKLING = frozenset({"multiprocessing", "pickle", "joblib", "shelve", "ProcessPoolExecutor"})
"""What sends functions and objects of classes to other processes, by their names in a module."""
_AS_TEXT = "it takes names of the file as text: write the names themselves"
STAYS_A_GAP = frozenset({_SHARED, _AS_TEXT})
"""What a module of the function and its needs would not have right either."""
_PLAIN_DECORATORS = frozenset(
    {"classmethod", "contextlib.contextmanager", "contextmanager", "dataclass"}
    | {"dataclasses.dataclass", "property", "staticmethod"}
)
_FIXED = (
    *(ast.Constant, ast.Tuple, ast.UnaryOp, ast.BinOp, ast.operator, ast.unaryop),
    *(ast.expr_context, ast.Name, ast.Attribute, ast.Subscript, ast.JoinedStr, ast.FormattedValue),
)
"""Parts of an expression that makes nothing that can be changed."""


class Calling(NamedTuple):
    """How a function of the file is called."""

    dag: Dag | None = None
    """The DAG whose task runs it in Airflow's own Python, which gives it."""
    is_called_again: bool = False
    """Whether it may be called again and again."""
    is_callback: bool = False
    """Whether the same process calls other functions of the file too."""
    is_elsewhere: bool = False
    """Whether another Python runs it, which has no module of the DAG file."""


@dataclass(slots=True)
class Needs:
    """What a function needs of the file: statements in their order, imports first."""

    calling: Calling
    own: dict[str, set[str]] = field(default_factory=dict)
    """Its parameters and variables: see `own_names`."""
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
    is_dag_used: bool = False
    file: bool = False
    """Whether it asks for `__file__`."""
    length: int = 0
    """Characters of the statements."""

    def refuse(self, node: ast.AST) -> None:
        """Refuse what would not be the same in the function as in the file."""
        body = getattr(node, "body", [])
        inner = [*body] if isinstance(body, list) else [body]
        nodes = [each for part in (*inner, *self.parts) for each in ast.walk(part)]
        names = {name for _, name in self.names}
        for each in nodes:
            declared = each.names if isinstance(each, ast.Global) else ()
            for name in (name for name in declared if name in names):
                self.missing[name] = _GLOBAL
        named = names | self.own.keys() | _bound(nodes)
        for name in asked_as_text(nodes, names if self.imports or self.others else None):
            if name not in named:
                self.missing[name] = _AS_TEXT
        if not _PICKLING.isdisjoint(_words(nodes, self.imports)):
            definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
            local = [part.name for part in self.parts if isinstance(part, definitions)]
            self.missing |= dict.fromkeys(local, _PICKLED)
        own_name = getattr(node, "name", None)
        if self.calling.is_called_again or any(
            isinstance(each, ast.Name) and each.id == own_name for each in nodes
        ):
            # a file with its own `len` may do more with a list than read it
            self._refuse_state(nodes, is_plain=named.isdisjoint(LOOKING | COPYING))

    def refuse_shared(
        self, node: ast.AST, uses: Uses, names_of: Callable[[object], Mapping[str, object]]
    ) -> None:
        """Refuse what other functions of the file have too, if one of them may change it.

        Args:
            node: The function.
            uses: How the functions of the file use its names.
            names_of: Returns the names that a value has in the file.
        """
        parts = [each for part in (node, *self.parts) for each in ast.walk(part)]
        own = {position(each) for each in parts if isinstance(each, ast.Name)}
        for name in {**self.state, **self.calls}:
            value = self.state.get(name)
            names = {name: value, **(names_of(value) if name in self.state else {})}
            if any(uses.is_shared(each, held, own) for each, held in names.items()):
                self.missing.setdefault(name, _SHARED)

    def _refuse_state(self, nodes: Sequence[ast.AST], *, is_plain: bool) -> None:
        """Refuse what would not be the same at each call of a function that has it in it."""
        self.missing |= self.calls
        parents = {child: node for node in nodes for child in ast.iter_child_nodes(node)}
        for node in nodes:
            name = node.id if isinstance(node, ast.Name) else None
            if name in self.state:
                is_fixed = is_plain and is_read(node, depth_of(self.state[name]), parents)
                self.missing |= {} if is_fixed else {name: _ANEW}
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


def _words(nodes: Iterable[ast.AST], imports: Iterable[str]) -> Iterator[str]:
    """Yield the names, and the parts of import paths, that code has."""
    for text in imports:
        yield from text.replace(".", " ").replace(",", " ").split()
    for node in nodes:
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name
            case ast.ImportFrom(module=str(path)) | ast.alias(name=path):
                yield from path.split(".")


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


def asked_as_text(  # noqa: C901 - one case for each way
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


__all__ = ["STAYS_A_GAP", "Needs", "asked_as_text", "reason"]
