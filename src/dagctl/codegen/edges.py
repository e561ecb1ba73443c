"""The dependencies of a DAG as statements, written the short way."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dagctl.codegen.expressions import name, sequence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Edge = tuple[tuple[str, ...], tuple[str, ...]]


def edges(
    dependencies: Iterable[tuple[str, Sequence[str]]], handle: Callable[[str], ast.expr] = name
) -> Iterator[ast.Expr]:
    """Yield `upstream >> downstream`, given each name with those upstream of it, in order.

    Several stand on one side at most, since two lists have no `>>`. Names with the same single
    upstream share a statement, at the place of the first of them.

    Args:
        dependencies: The names.
        handle: What a name stands for in the module.
    """
    for upstream, downstream in _grouped(dependencies):
        left, right = _side(upstream, handle), _side(downstream, handle)
        yield ast.Expr(ast.BinOp(left, ast.RShift(), right))


def _grouped(dependencies: Iterable[tuple[str, Sequence[str]]]) -> list[Edge]:
    groups: list[Edge] = []
    fans: dict[str, list[str]] = {}
    for variable, upstream in dependencies:
        if len(upstream) == 1 and upstream[0] in fans:
            fans[upstream[0]].append(variable)
        elif upstream:
            groups.append((tuple(upstream), (variable,)))
            if len(upstream) == 1:
                fans[upstream[0]] = [variable]
    return [(up, tuple(fans[up[0]]) if len(up) == 1 else down) for up, down in groups]


def _side(names: tuple[str, ...], handle: Callable[[str], ast.expr]) -> ast.expr:
    handles = [handle(each) for each in names]
    return handles[0] if len(handles) == 1 else sequence(handles)
