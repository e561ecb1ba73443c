"""The names that code gives values, or whose values it changes."""

from __future__ import annotations

import ast
import symtable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_OTHER = ""
"""What gives a name its value, unless it is an import."""
_SAYS = frozenset(
    {"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "exit", "write"}
)


def own_names(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> dict[str, set[str]]:
    """Return the parameters and the variables of a function.

    Args:
        node: The function.

    Returns:
        For each name the imports that give it its value in the function; an empty text is
        anything else.
    """
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    given = (each.arg for each in ast.walk(node.args) if isinstance(each, ast.arg))
    return bound_names(body) | {name: {_OTHER} for name in given}


def bound_names(nodes: Iterable[ast.AST]) -> dict[str, set[str]]:
    """Return what `own_names` does, for statements or expressions of one scope."""
    names: dict[str, set[str]] = {}
    file: set[str] = set()
    stack = [*nodes]
    while stack:
        node = stack.pop()
        match node:
            case ast.Import() | ast.ImportFrom():
                for name, text in imports_of(node).items():
                    names.setdefault(name, set()).add(text)
                continue
            case ast.Global():
                file |= {*node.names}
            case ast.ExceptHandler(name=str(name)):
                names.setdefault(name, set()).add(_OTHER)
            case ast.Call() | ast.Attribute() | ast.Subscript():
                pass  # these change a value, and give no name another one
            case _:
                for name in changed_names([node]):
                    names.setdefault(name, set()).add(_OTHER)
        stack += _in_the_same_scope(node)
    return {name: texts for name, texts in names.items() if name not in file}


def imports_of(statement: ast.Import | ast.ImportFrom) -> dict[str, str]:
    """Return a text for each name that an import gives: the same text is the same thing."""
    if isinstance(statement, ast.ImportFrom):
        if statement.level:
            return {alias.asname or alias.name: _OTHER for alias in statement.names}
        module = statement.module
        return {alias.asname or alias.name: f"{module}:{alias.name}" for alias in statement.names}
    tops = [(alias, alias.name.partition(".")[0]) for alias in statement.names]
    return {alias.asname or top: alias.name if alias.asname else top for alias, top in tops}


def _in_the_same_scope(node: ast.AST) -> Iterable[ast.AST]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return node.decorator_list
        case ast.Lambda():
            return ()
        case ast.comprehension():
            return (node.iter, *node.ifs)
    return ast.iter_child_nodes(node)


def only_says(function: ast.expr) -> bool:
    """Return whether a function writes a message, or ends the program, by its name."""
    name = function.attr if isinstance(function, ast.Attribute) else ""
    return name in _SAYS or (isinstance(function, ast.Name) and function.id in {"print", "exit"})


def changed_names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the names whose values nodes may change.

    They are stored, defined, imported or matched; an item or an attribute of theirs is stored; a
    method of theirs is called; or a function gets them, which may change what it gets.
    """
    for node in nodes:
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
            case ast.alias(name=path, asname=asname):
                yield asname or path.partition(".")[0]
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case ast.MatchMapping(rest=str(name)):
                yield name
            case ast.Attribute() | ast.Subscript(ctx=ast.Store() | ast.Del()):
                yield from root(node)
            case ast.Call(func=function) if not only_says(function):
                yield from _given(node)


def _given(node: ast.Call) -> Iterator[str]:
    """Yield the names that a call gives to its function."""
    for given in (*node.args, *(keyword.value for keyword in node.keywords)):
        yield from root(given)


def root(node: ast.expr) -> Iterator[str]:
    """Yield the name that an attribute, an item or a starred value begins with."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


def import_of(name: str, statement: ast.Import | ast.ImportFrom) -> str:
    """Return the import of one name."""
    if isinstance(statement, ast.Import):
        aliases = [
            alias
            for alias in statement.names
            if name in {alias.asname, alias.name.partition(".")[0]}
        ]
        return ast.unparse(ast.Import([*aliases[:1]] or statement.names))
    aliases = [alias for alias in statement.names if name in {alias.asname, alias.name}]
    return ast.unparse(ast.ImportFrom(statement.module, aliases[:1], statement.level))


def import_by_path(name: str, path: str) -> str:
    """Return the import that gives a name what an import path leads to."""
    module, _, word = path.rpartition(".")
    alias = ast.alias(word, None if word == name else name)
    return ast.unparse(ast.ImportFrom(module, [alias], 0))


def free_names(source: str, *, whole: bool = True) -> list[str]:
    """Return the names that code takes from the file, sorted.

    With `whole`, those of annotations and defaults too, which a function itself does without.
    """
    try:
        table = symtable.symtable(source, "<dag file>", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    own = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned()}
    own |= {child.get_name() for child in table.get_children()}
    names: dict[str, None] = {}
    stack: list[Any] = [table]
    while stack:
        inner = stack.pop()
        for symbol in inner.get_symbols():
            outermost = inner is table
            if symbol.is_referenced() and (whole if outermost else symbol.is_global()):
                names[symbol.get_name()] = None
        stack += inner.get_children()
    return sorted(name for name in names if name not in own)


def loaded_names(statement: ast.AST) -> list[str]:
    """Return the names that a statement reads, each once."""
    names = [
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    ]
    return list(dict.fromkeys(names))


def import_in(statements: Iterable[ast.stmt], name: str) -> str | None:
    """Return the import that gives a name its value in each statement, as `own_names` does."""
    texts = {
        imports_of(each).get(name) if isinstance(each, ast.Import | ast.ImportFrom) else None
        for each in statements
    }
    return (texts.pop() if len(texts) == 1 else None) or None
