"""The dependencies of a DAG as statements, written the short way."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dagctl.codegen.expressions import name, sequence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    Edge = tuple[tuple[str, ...], tuple[str, ...]]


def edges(dependencies: Iterable[tuple[str, Sequence[str]]]) -> Iterator[ast.Expr]:
    """Yield `upstream >> downstream` for variables, given with those upstream of each, in order.

    Several stand on one side at most, since two lists have no `>>`. Variables with the same single
    upstream share a statement, at the place of the first of them.
    """
    for upstream, downstream in _grouped(dependencies):
        yield ast.Expr(ast.BinOp(_side(upstream), ast.RShift(), _side(downstream)))


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


def _side(variables: tuple[str, ...]) -> ast.expr:
    names: list[ast.expr] = [name(each) for each in variables]
    return names[0] if len(names) == 1 else sequence(names)
