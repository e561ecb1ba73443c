"""The dependencies of a DAG, written the short way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagctl.spec.python_code.function import LINE_LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Edge:
    """`upstream >> downstream`: variables, several on one side at most (lists have no `>>`)."""

    upstream: tuple[str, ...]
    downstream: tuple[str, ...]

    def __str__(self) -> str:
        """Return the statement as `ruff format` lays it out."""
        return _flat(self) if len(_flat(self)) <= LINE_LENGTH else _wrapped(self)


def edges(dependencies: Iterable[tuple[str, Sequence[str]]]) -> list[Edge]:
    """Return the edges of tasks, given as (variable, variables upstream of it) in declared order.

    Tasks with the same single upstream share a statement, at the place of the first of them.
    """
    found: list[Edge] = []
    fans: dict[str, list[str]] = {}
    for variable, upstream in dependencies:
        if len(upstream) == 1 and upstream[0] in fans:
            fans[upstream[0]].append(variable)
        elif upstream:
            found.append(Edge(tuple(upstream), (variable,)))
            if len(upstream) == 1:
                fans[upstream[0]] = [variable]
    return [_with_fan(edge, fans) for edge in found]


def _with_fan(edge: Edge, fans: dict[str, list[str]]) -> Edge:
    return Edge(edge.upstream, tuple(fans[edge.upstream[0]])) if len(edge.upstream) == 1 else edge


def _flat(edge: Edge) -> str:
    return f"{_side(edge.upstream)} >> {_side(edge.downstream)}"


def _side(variables: tuple[str, ...]) -> str:
    return variables[0] if len(variables) == 1 else f"[{', '.join(variables)}]"


def _exploded(variables: tuple[str, ...], indent: str) -> str:
    return "".join(["[\n", *(f"{indent}    {each},\n" for each in variables), f"{indent}]"])


def _wrapped(edge: Edge) -> str:
    if len(edge.downstream) > 1 and len(f"{edge.upstream[0]} >> [") <= LINE_LENGTH:
        return f"{edge.upstream[0]} >> {_exploded(edge.downstream, '')}"
    if len(edge.upstream) > 1 and len(f"] >> {edge.downstream[0]}") <= LINE_LENGTH:
        return f"{_exploded(edge.upstream, '')} >> {edge.downstream[0]}"
    upstream = _fitting(edge.upstream, before="    ")
    downstream = _fitting(edge.downstream, before="    >> ")
    return f"(\n{upstream}\n{downstream}\n)"


def _fitting(variables: tuple[str, ...], *, before: str) -> str:
    line = f"{before}{_side(variables)}"
    if len(variables) == 1 or len(line) <= LINE_LENGTH:
        return line
    return f"{before}{_exploded(variables, '    ')}"
