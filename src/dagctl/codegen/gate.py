"""The gate: a rendered file is handed out only if it says what the spec says, and nothing else."""

from __future__ import annotations

import ast
from datetime import datetime
from itertools import zip_longest
from typing import TYPE_CHECKING

from dagctl.codegen.values import Minutes, Reference, Value, date_numbers, utc_offset
from dagctl.errors import GeneratedCodeError
from dagctl.spec.python_code.quiet import caught_warnings
from dagctl.spec.python_code.tree import same

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dagctl.codegen.dag_file import DagFile
    from dagctl.codegen.edges import Edge

_LOAD, _STORE = ast.Load(), ast.Store()


def check(source: str, file: DagFile) -> None:
    """Compile a rendered file, and compare each statement with what the parts demand.

    The user's functions are compared with the tree of the user's own text.

    Raises:
        GeneratedCodeError: They differ, or the file does not compile.
    """
    with caught_warnings():
        try:
            tree = ast.parse(source)
            compile(tree, "<dag file>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
            raise GeneratedCodeError(
                f"the file of {file.dag_id} does not compile: {error}"
            ) from error
    for found, wanted in zip_longest(tree.body, _module(file)):
        if not same(found, wanted):
            line = getattr(found, "lineno", source.count("\n"))
            raise GeneratedCodeError(
                f"line {line} of the file of {file.dag_id} is not what the spec says"
            )


def _module(file: DagFile) -> Iterator[ast.stmt]:
    """Yield the statements of the module that a file must be."""
    yield _import("datetime", "datetime", "timedelta", "timezone")
    yield from (_import(each.module, each.name) for each in file.imports)
    yield from (function.tree for function in file.functions)
    keys: list[ast.expr | None] = [ast.Constant(key) for key in file.default_args]
    yield _assign("default_args", ast.Dict(keys, [_value(v) for v in file.default_args.values()]))
    yield _assign("dag", _call("DAG", [file.dag_id], file.dag_arguments))
    for task in file.tasks:
        yield _assign(task.variable, _call(task.operator.name, [], task.arguments))
    yield from map(_edge, file.edges)


def _import(module: str, *names: str) -> ast.stmt:
    return ast.ImportFrom(module, [ast.alias(name) for name in names], 0)


def _assign(name: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([ast.Name(name, _STORE)], value)


def _edge(edge: Edge) -> ast.stmt:
    return ast.Expr(ast.BinOp(_side(edge.upstream), ast.RShift(), _side(edge.downstream)))


def _side(variables: tuple[str, ...]) -> ast.expr:
    names = [_name(each) for each in variables]
    return names[0] if len(names) == 1 else _list(names)


def _value(value: Value) -> ast.expr:
    match value:
        case Reference():
            return _name(value.name)
        case tuple():
            return _list(map(_value, value))
        case datetime():
            return _call("datetime", date_numbers(value), {}, tzinfo=_zone(value))
        case Minutes():
            return _call("timedelta", [], {}, minutes=ast.Constant(value.count))
        case _:
            return ast.Constant(value)


def _zone(moment: datetime) -> ast.expr:
    behind, offset = utc_offset(moment)
    if not offset:
        return ast.Attribute(_name("timezone"), "utc", _LOAD)
    length = _call("timedelta", [], offset)
    return ast.Call(_name("timezone"), [ast.UnaryOp(ast.USub(), length) if behind else length], [])


def _call(
    function: str, arguments: Iterable[Value], options: Mapping[str, Value], **more: ast.expr
) -> ast.expr:
    keywords = {name: _value(value) for name, value in options.items()} | more
    return ast.Call(
        _name(function),
        [_value(argument) for argument in arguments],
        [ast.keyword(name, value) for name, value in keywords.items()],
    )


def _list(elements: Iterable[ast.expr]) -> ast.expr:
    return ast.List(list(elements), _LOAD)


def _name(name: str) -> ast.expr:
    return ast.Name(name, _LOAD)
