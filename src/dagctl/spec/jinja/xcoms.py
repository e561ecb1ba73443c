"""The calls of `xcom_pull` in a template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import nodes

from dagctl.spec.jinja.words import PullPlace, Words
from dagctl.spec.xcom_pulls import OTHER_RUNS, Pull

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dagctl.spec.lines import Lines


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
