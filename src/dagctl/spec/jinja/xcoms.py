"""The calls of `xcom_pull` in a template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import nodes

from dagctl.patterns import lazy_pattern
from dagctl.spec.xcom_pulls import OTHER_RUNS, Pull

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dagctl.spec.lines import Lines, TextRange

_CALL = lazy_pattern(r"\bxcom_pull\b")
_TEXT = lazy_pattern(r"(['\"])(?=([^'\"\n]{1,250})\1)")
"""The quote before a text that can be the id of a task, and the text."""


def pulls_in(tree: Sequence[nodes.Node], lines: Lines) -> Iterator[Pull]:
    """Yield the calls of `xcom_pull` whose arguments can be read."""
    calls = [node for node in tree if isinstance(node, nodes.Call) and _is_pull(node)]
    if not calls:
        return
    places, texts = _places(lines), _places_of_texts(lines)
    for call in calls:
        place = places.get(call.lineno)
        given = {option.key: option.value for option in call.kwargs}
        first = call.args[0] if call.args else given.get("task_ids")
        if call.dyn_args or call.dyn_kwargs or len(call.args) > 1 or "dag_id" in given:
            continue  # of another DAG, or not known
        ids = tuple((name, texts.get((call.lineno, name))) for name in _texts(first))
        this_run = given.keys().isdisjoint(OTHER_RUNS)
        yield Pull(ids, place, names_no_task=first is None, this_run=this_run)


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


def _places(lines: Lines) -> dict[int, TextRange]:
    """Return where `xcom_pull` first stands on each line."""
    places: dict[int, TextRange] = {}
    for word in _CALL.finditer(lines.text):
        number, _ = lines.position(word.start())
        places.setdefault(number, lines.place(*word.span()))
    return places


def _places_of_texts(lines: Lines) -> dict[tuple[int, str], TextRange]:
    """Return where a literal first stands on a line, by the line and the literal."""
    places: dict[tuple[int, str], TextRange] = {}
    for quote in _TEXT.finditer(lines.text):
        number, _ = lines.position(quote.start())
        if (number, quote[2]) not in places:
            places[number, quote[2]] = lines.place(*quote.span(2))
    return places
