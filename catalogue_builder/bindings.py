"""What the statements of a module bind."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from catalogue_builder.module import Module

Binding: TypeAlias = (
    ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.expr | str | tuple[str, str]
)
"""A definition, an assigned expression, an imported module, or a name imported from a module."""


def bindings(module: Module) -> dict[str, Binding]:
    """Return each name that the top of a module binds, the last binding of each."""
    names: dict[str, Binding] = {}
    for statement in module.executed(module.parsed.body):
        _bind(module, statement, names)
    return names


def _bind(module: Module, statement: ast.stmt, names: dict[str, Binding]) -> None:
    match statement:
        case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            names[statement.name] = statement
        case ast.ImportFrom():
            source = module.absolute(statement)
            names.update({a.asname or a.name: (source, a.name) for a in statement.names})
        case ast.Import():
            for alias in statement.names:
                name = alias.asname or alias.name.split(".")[0]
                names[name] = alias.name if alias.asname else name
        case ast.Assign(targets=targets, value=value):
            names.update({t.id: value for t in targets if isinstance(t, ast.Name)})
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            names[name] = value
        case ast.Expr(value=value):
            _extend(value, names)


def _extend(call: ast.expr, names: dict[str, Binding]) -> None:
    """Take in `_IMPORT_MAP.update(_MORE)`."""
    match call:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="update"), args=[more]) if (
            name in names
        ):
            added = names.get(more.id) if isinstance(more, ast.Name) else more
            old = names[name]
            if isinstance(old, ast.Dict) and isinstance(added, ast.Dict):
                names[name] = ast.Dict([*old.keys, *added.keys], [*old.values, *added.values])


def imports_for_typing(module: Module) -> dict[str, tuple[str, str]]:
    """Return the names under `if TYPE_CHECKING:`, each with its module and its name there."""
    return {
        alias.asname or alias.name: (module.absolute(statement), alias.name)
        for block in module.parsed.body
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for statement in ast.walk(block)
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }
