"""The `params` that a template reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import nodes

from dagctl.spec.jinja.template import is_guard
from dagctl.spec.jinja.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dagctl.spec.lines import Lines, TextRange

_METHODS = {*dir(dict), "dump", "serialize", "validate", "get_param"}
"""What `params.x` is where it is no parameter: a method of the mapping."""


def params_read(tree: Sequence[nodes.Node], lines: Lines) -> Iterator[tuple[str, TextRange | None]]:
    """Yield each parameter that a template cannot do without, once, with its first place."""
    if any(isinstance(node, nodes.Compare) and _asks_for_params(node) for node in tree):
        return  # it looks first whether they are there
    guarded = {_name_of(inner) for node in tree if is_guard(node) for inner in _below(node)}
    names = dict.fromkeys(name for node in tree if (name := _name_of(node)) is not None)
    names = {name: None for name in names if name not in guarded}
    places = Words(lines).accesses() if names else {}
    for name in names:
        access = places.get(("params", name))
        yield name, access.whole if access else None


def _name_of(node: nodes.Node) -> str | None:
    match node:
        case nodes.Getattr(node=nodes.Name(name="params"), attr=str(name)):
            return None if name in _METHODS else name
        case nodes.Getitem(node=nodes.Name(name="params"), arg=nodes.Const(value=str(name))):
            return name
        case _:
            return None


def _below(guard: nodes.Node) -> Iterator[nodes.Node]:
    """Yield what a guard stands right behind: `params.x | default(1)`, `params.x is defined`."""
    inner = getattr(guard, "node", None)
    while isinstance(inner, nodes.Node):
        yield inner
        inner = getattr(inner, "node", None)


def _asks_for_params(node: nodes.Compare) -> bool:
    return any(
        operand.op in {"in", "notin"} and getattr(operand.expr, "name", None) == "params"
        for operand in node.ops
    )
