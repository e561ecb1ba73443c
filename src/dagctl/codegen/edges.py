"""The dependencies of a DAG as statements, written the short way."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dagctl.codegen.expressions import name, sequence

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    Edge = tuple[tuple[str, ...], tuple[str, ...], ast.expr | None]


def edges(
    dependencies: Iterable[tuple[str, Mapping[str, ast.expr | None]]],
    handle: Callable[[str], ast.expr] = name,
    alone: Collection[str] = (),
) -> Iterator[ast.Expr]:
    """Yield `upstream >> downstream`, given each name with those upstream of it, in order.

    Several stand on one side at most, since two lists have no `>>`. Names with the same single
    upstream share a statement, at the place of the first of them. An edge with a label has one of
    its own: `upstream >> label >> downstream`.

    Args:
        dependencies: The names, each with what is upstream of it, and the label of that edge.
        handle: What a name stands for in the module.
        alone: The names that may be lists, which stand in no other list.
    """
    for upstream, downstream, label in _grouped(dependencies, alone):
        left, right = _side(upstream, handle), _side(downstream, handle)
        if label is not None:
            left = ast.BinOp(left, ast.RShift(), label)
        yield ast.Expr(ast.BinOp(left, ast.RShift(), right))


def _grouped(
    dependencies: Iterable[tuple[str, Mapping[str, ast.expr | None]]], alone: Collection[str]
) -> list[Edge]:
    groups: list[tuple[tuple[str, ...], list[str], ast.expr | None]] = []
    fans: dict[str, list[str]] = {}
    for variable, waits in dependencies:
        plain = [each for each, label in waits.items() if label is None]
        groups += [((each,), [variable], None) for each in plain if each in alone]
        upstream = tuple(each for each in plain if each not in alone)
        is_fan = len(upstream) == 1 and variable not in alone
        if is_fan and upstream[0] in fans:
            fans[upstream[0]].append(variable)
        elif upstream:
            groups.append((upstream, [variable], None))
            if is_fan:
                fans[upstream[0]] = groups[-1][1]
        groups += [((each,), [variable], label) for each, label in waits.items() if label]
    return [(up, tuple(down), label) for up, down, label in groups]


def _side(names: tuple[str, ...], handle: Callable[[str], ast.expr]) -> ast.expr:
    handles = [handle(each) for each in names]
    return handles[0] if len(handles) == 1 else sequence(handles)
