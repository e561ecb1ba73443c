"""Texts that are put together of values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.state.items import (
    Dag,
    Given,
    Late,
    Moment,
    Output,
    TaskGroup,
    dag_of,
    full_id,
)
from dagctl.convert.python_file.values.moments import as_text
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dagctl.convert.python_file.state.items import Made

_WIDE = lazy_pattern(r"[0-9]{4,}")
_ALONE = lazy_pattern(r"\{\{ ((?:[^{}]|\{[^{}]*\})*) \}\}")
"""A template that is one expression."""
_NUMBER_FORM = lazy_pattern(r"0?[0-9]{1,2}d?")
_PLAIN = (str, int, float, bool, type(None), list, tuple, dict)
MAX_WEIGHT = 500_000
"""Characters of a value: more than any field of a spec takes."""
MAX_BITS = 4_000
_MOST_PARTS = 20
"""Parts of a text whose values are put together again."""
_CONVERSIONS: Mapping[int, Callable[[object], str]] = {
    -1: str,
    ord("s"): str,
    ord("r"): repr,
    ord("a"): ascii,
}


def text_of(value: object) -> str | None:
    """Return the text of a value as Python gives it; None where it is not known."""
    if isinstance(value, Late):
        return value.template
    if isinstance(value, Output):
        dag = dag_of(value.task)
        whose = dag.dag_id if isinstance(dag, Dag) else ""
        key = value.key or "return_value"
        given = f"task_ids='{full_id(value.task)}', dag_id='{whose}', key='{key}'"
        return f"{{{{ task_instance.xcom_pull({given}) }}}}"
    if isinstance(value, Moment):
        text = as_text(value)
        return text if isinstance(text, str) else None
    if isinstance(value, TaskGroup | Dag):
        return None
    if isinstance(value, _PLAIN) and _is_data(value):
        return str(value)
    return None


def rendered(text: Any, parts: Sequence[object], read: Made | None = None) -> Any:  # noqa: ANN401
    """Return a text that is put together of parts, some of which are known when the task runs.

    Args:
        text: The text.
        parts: Those parts.
        read: What gives the text at each parse, where that is known.
    """
    if not parts or not isinstance(text, str):
        return text
    is_early = any(isinstance(part, Late) and part.is_early for part in parts)
    known = [part for part in parts if isinstance(part, Late)]
    of_param = any(part.of_param for part in known)
    if len(known) < len(parts):
        return Late(text, is_early, of_param=of_param)
    nows = [part.now for part in known]
    now = None if None in nows else _put(text, known, nows)
    return Late(text, is_early, read=read, now=now, given=_given(text, known), of_param=of_param)


def _given(text: str, parts: Sequence[Late]) -> Given | None:
    """Return a text of values that were given; None: one of them was not."""
    givens = [part.given for part in parts if part.given is not None]
    if len(givens) < len(parts):
        return None
    value = _put(text, parts, [given.value for given in givens])
    reads = {id(read): read for given in givens for read in given.reads}
    return None if value is None else Given(value, tuple(reads.values()))


def _put(text: str, parts: Sequence[Late], values: Sequence[object]) -> str | None:
    """Return a text with values in the place of the templates of its parts; None: it is not known.

    The parts stand in the text in their order, and nothing else there looks like one of them.
    """
    if len(parts) > _MOST_PARTS:
        return None
    templates = [part.template for part in parts]
    if any(text.count(template) != templates.count(template) for template in {*templates}):
        return None
    pieces: list[str] = []
    rest = text
    for template, value in zip(templates, values, strict=True):
        before, stands, rest = rest.partition(template)
        if not stands:
            return None
        pieces += [before, str(value)]
    made = "".join([*pieces, rest])
    return made if len(made) <= MAX_WEIGHT else None


def spoken(value: object, spec: object = "") -> object:
    """Return a date that is counted from today as the template that writes it; else the value."""
    if not isinstance(value, Moment) or not isinstance(spec, str):
        return value
    text = as_text(value, spec)
    return value if text is None else text


def formatted(value: object, spec: object, conversion: int) -> str | None:
    """Return a value as an f-string writes it; None where it is not known."""
    if spec == "" and conversion in {-1, ord("s")}:
        return text_of(value)
    if not isinstance(spec, str) or _WIDE.search(spec) or "{" in spec:
        return None
    if not isinstance(value, _PLAIN) or not _is_data(value):
        return None
    try:
        made: Any = value if conversion == -1 else _CONVERSIONS[conversion](value)
        return format(made, spec)
    except (ValueError, TypeError, KeyError, OverflowError):
        return None


def with_format(value: object, spec: object) -> object:
    """Return what a template gives in the form that an f-string asks for; else the value."""
    if not isinstance(value, Late) or value.of_param or not isinstance(spec, str):
        return value
    inner = _ALONE.fullmatch(value.template)
    if inner is None or _NUMBER_FORM.fullmatch(spec) is None or value.is_text:
        return value
    now = format(int(value.now), spec) if value.now and value.now.isdecimal() else None
    return Late(f"{{{{ '{{:{spec}}}'.format({inner[1]}) }}}}", value.is_early, now=now)


def _is_data(value: object) -> bool:
    """Return whether a value holds nothing but data, and not too much of it."""
    return weight(value) is not None


def weight(value: object) -> int | None:
    """Return about how many characters a value has; None: too many, or it holds more than data.

    What stands in a value several times counts several times, so a circle is too much.
    """
    stack: list[Any] = [value]
    total = 0
    while stack:
        item = stack.pop()
        total += len(item) + 1 if isinstance(item, str) else 4
        if total > MAX_WEIGHT or not isinstance(item, _PLAIN):
            return None
        if isinstance(item, int) and item.bit_length() > MAX_BITS:
            return None
        if isinstance(item, dict):
            stack += [*item, *item.values()]
        elif isinstance(item, list | tuple):
            stack += item
    return total


def literal(value: object) -> str | None:
    """Return data as Python writes it; None: it is more than data."""
    if isinstance(value, set):
        items = weight([*value])
        return None if items is None else f"{{{', '.join(sorted(map(repr, value))) or '*()'}}}"
    return repr(value) if weight(value) is not None else None


def is_wide(spec: str) -> bool:
    """Return whether a format asks for thousands of characters."""
    return _WIDE.search(spec) is not None
