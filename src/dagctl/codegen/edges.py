"""The dependencies of a DAG as statements, written the short way."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dagctl.codegen.expressions import name, sequence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Edge = tuple[tuple[str, ...], tuple[str, ...], ast.expr | None]


def edges(
    dependencies: Iterable[tuple[str, Mapping[str, ast.expr | None]]],
    handle: Callable[[str], ast.expr] = name,
) -> Iterator[ast.Expr]:
    """Yield `upstream >> downstream`, given each name with those upstream of it, in order.

    Several stand on one side at most, since two lists have no `>>`. Names with the same single
    upstream share a statement, at the place of the first of them. An edge with a label has one of
    its own: `upstream >> label >> downstream`.

    Args:
        dependencies: The names, each with what is upstream of it, and the label of that edge.
        handle: What a name stands for in the module.
    """
    for upstream, downstream, label in _grouped(dependencies):
        left, right = _side(upstream, handle), _side(downstream, handle)
        if label is not None:
            left = ast.BinOp(left, ast.RShift(), label)
        yield ast.Expr(ast.BinOp(left, ast.RShift(), right))


def _grouped(
    dependencies: Iterable[tuple[str, Mapping[str, ast.expr | None]]],
) -> list[Edge]:
    groups: list[Edge] = []
    fans: dict[str, list[str]] = {}
    for variable, waits in dependencies:
        upstream = [each for each, label in waits.items() if label is None]
        if len(upstream) == 1 and upstream[0] in fans:
            fans[upstream[0]].append(variable)
        elif upstream:
            groups.append((tuple(upstream), (variable,), None))
            if len(upstream) == 1:
                fans[upstream[0]] = [variable]
        groups += [((each,), (variable,), label) for each, label in waits.items() if label]
    return [
        (up, tuple(fans[up[0]]) if label is None and len(up) == 1 else down, label)
        for up, down, label in groups
    ]


def _side(names: tuple[str, ...], handle: Callable[[str], ast.expr]) -> ast.expr:
    handles = [handle(each) for each in names]
    return handles[0] if len(handles) == 1 else sequence(handles)
