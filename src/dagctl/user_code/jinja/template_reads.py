"""What a template reads: `params`, and the XComs that it pulls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import nodes

from dagctl.user_code.jinja.template import is_guard
from dagctl.user_code.jinja.words import PullPlace, Words
from dagctl.user_code.xcom_pulls import OTHER_RUNS, Pull

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dagctl.text.lines import Lines, TextRange

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


def pulls_in(tree: Sequence[nodes.Node], lines: Lines) -> Iterator[Pull]:
    """Yield the calls of `xcom_pull` whose arguments can be read."""
    calls = [node for node in tree if isinstance(node, nodes.Call) and _is_pull(node)]
    if not calls:
        return
    by_texts: dict[tuple[int, tuple[str, ...]], PullPlace] = {}
    by_line: dict[int, PullPlace] = {}
    for call_place in Words(lines).pulls():
        by_texts.setdefault((call_place.line, tuple(call_place.texts)), call_place)
        by_line.setdefault(call_place.line, call_place)
    for call in calls:
        given = {option.key: option.value for option in call.kwargs}
        first = call.args[0] if call.args else given.get("task_ids")
        if call.dyn_args or call.dyn_kwargs or len(call.args) > 1 or "dag_id" in given:
            continue  # of another DAG, or not known
        names = dict.fromkeys(_texts(first))
        at = by_texts.get((call.lineno, tuple(names))) or by_line.get(call.lineno)
        ids = tuple((name, at.texts.get(name) if at else None) for name in names)
        yield Pull(
            ids,
            at.place if at else None,
            names_no_task=first is None,
            this_run=given.keys().isdisjoint(OTHER_RUNS),
            of_return="key" not in given,
        )


def _is_pull(call: nodes.Call) -> bool:
    return isinstance(call.node, nodes.Getattr) and call.node.attr == "xcom_pull"


def _texts(node: nodes.Node | None) -> list[str]:
    match node:
        case nodes.Const(value=str(text)):
            return [text]
        case nodes.List(items=items) | nodes.Tuple(items=items):
            return [text for item in items for text in _texts(item)]
        case _:
            return []
