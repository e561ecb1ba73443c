"""Texts of several lines in a block: written with its margin, and `dedent` takes that away."""

from __future__ import annotations

import ast
from textwrap import dedent, indent
from typing import TYPE_CHECKING

from dagctl.codegen.expressions import call
from dagctl.codegen.strings import is_block

if TYPE_CHECKING:
    from dagctl.codegen.imports import Imports

_STEP = 4


def dedented(statement: ast.stmt, imports: Imports) -> ast.stmt:
    """Return a statement whose blocks have their texts of several lines with a margin.

    A text stays as it is where `dedent` would not give it back exactly: if all its lines begin
    with blanks, or one has nothing but blanks.

    Args:
        statement: A statement of the module, which begins at the margin.
        imports: What the module imports.
    """
    return _statement(statement, 0, imports)


def _statement(statement: ast.stmt, level: int, imports: Imports) -> ast.stmt:
    inner = level + _STEP
    match statement:
        case ast.With(items=items, body=body):
            return ast.With(items, [_statement(each, inner, imports) for each in body])
        case ast.FunctionDef(body=body) | ast.AsyncFunctionDef(body=body):
            statement.body = [_statement(each, inner, imports) for each in body]
            return statement
        case ast.Assign(targets=targets, value=value) if level:
            return ast.Assign(targets, _expression(value, level, imports))
        case ast.Expr(value=ast.Call() as value) if level:
            return ast.Expr(_expression(value, level, imports))
        case _:
            return statement


def _expression(node: ast.expr, level: int, imports: Imports) -> ast.expr:
    """Return an expression that stands at a level, with what it holds one step further in."""
    inner = level + _STEP
    match node:
        case ast.Constant(value=str(text)) if is_block(text):
            return _text(text, inner, imports) or node
        case ast.Call(func=function, args=arguments, keywords=options):
            return ast.Call(
                _expression(function, level, imports),
                [_expression(each, inner, imports) for each in arguments],
                [ast.keyword(o.arg, _expression(o.value, inner, imports)) for o in options],
            )
        case ast.Attribute(value=value, attr=attr, ctx=ctx):
            return ast.Attribute(_expression(value, level, imports), attr, ctx)
        case ast.List(elts=items, ctx=ctx):
            return ast.List([_expression(each, inner, imports) for each in items], ctx)
        case ast.Dict(keys=keys, values=values):
            return ast.Dict(keys, [_expression(each, inner, imports) for each in values])
        case _:
            return node


def _text(text: str, margin: int, imports: Imports) -> ast.expr | None:
    moved = indent(text, " " * margin)
    if text.endswith("\n"):
        moved += " " * margin
    if dedent(moved) != text:
        return None
    return call(imports.use("textwrap", "dedent"), [ast.Constant(moved)], {})
