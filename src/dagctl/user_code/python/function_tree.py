"""The tree that the text of `as_function` must have, made from the user's own tree."""

from __future__ import annotations

import ast
import copy
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from dagctl.user_code.python.function_layout import signature_of_body

if TYPE_CHECKING:
    from dagctl.user_code.python.code import PythonCode

_LOAD = ast.Load()
Def = ast.FunctionDef | ast.AsyncFunctionDef


def function_tree(
    code: PythonCode, statements: list[ast.stmt], name: str, *, provide_context: bool
) -> Def:
    """Return the definition of `name` whose body is `statements`, the tree of the user's text."""
    if code.form == "body":
        signature = signature_of_body(code, provide_context=provide_context)
        return definition(name, signature, statements)
    user = cast("Def", statements[-1])
    if not code.nested:
        renamed = copy.copy(user)
        renamed.name = name
        return renamed
    value: ast.expr = _forwarding_call(user)
    if code.is_async:
        value = ast.Await(value)
    elif code.is_generator:
        value = ast.YieldFrom(value)
    outer = definition(name, "", [*statements, ast.Return(value)])
    outer.args = _unannotated(user.args)
    return ast.AsyncFunctionDef(**vars(outer)) if code.is_async else outer


def definition(name: str, signature: str, body: list[ast.stmt]) -> ast.FunctionDef:
    """Return a function of this name, with these parameters and this body."""
    return ast.FunctionDef(**vars(_empty(signature)) | {"name": name, "body": body})


@lru_cache(maxsize=8)
def _empty(signature: str) -> ast.FunctionDef:
    return cast("ast.FunctionDef", ast.parse(f"def f({signature}): ...").body[0])


def _unannotated(arguments: ast.arguments) -> ast.arguments:
    return ast.arguments(
        posonlyargs=[ast.arg(each.arg) for each in arguments.posonlyargs],
        args=[ast.arg(each.arg) for each in arguments.args],
        vararg=arguments.vararg and ast.arg(arguments.vararg.arg),
        kwonlyargs=[ast.arg(each.arg) for each in arguments.kwonlyargs],
        kw_defaults=arguments.kw_defaults,
        kwarg=arguments.kwarg and ast.arg(arguments.kwarg.arg),
        defaults=arguments.defaults,
    )


def _forwarding_call(function: Def) -> ast.Call:
    arguments = function.args
    positional: list[ast.expr] = [
        _name(each.arg) for each in (*arguments.posonlyargs, *arguments.args)
    ]
    if arguments.vararg:
        positional.append(ast.Starred(_name(arguments.vararg.arg), _LOAD))
    keywords = [ast.keyword(each.arg, _name(each.arg)) for each in arguments.kwonlyargs]
    if arguments.kwarg:
        keywords.append(ast.keyword(None, _name(arguments.kwarg.arg)))
    return ast.Call(_name(function.name), positional, keywords)


def _name(identifier: str) -> ast.Name:
    return ast.Name(identifier, _LOAD)
