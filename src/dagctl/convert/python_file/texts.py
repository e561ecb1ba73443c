"""Texts that are put together of values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.dates import as_text
from dagctl.convert.python_file.objects import Dag, Group, Late, Moment, Output, dag_of, full_id
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_WIDE = lazy_pattern(r"[0-9]{4,}")
_PLAIN = (str, int, float, bool, type(None), list, tuple, dict)
MAX_WEIGHT = 500_000
"""Characters of a value: more than any field of a spec takes."""
MAX_BITS = 4_000
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
    if isinstance(value, Group | Dag):
        return None
    if isinstance(value, _PLAIN) and _is_data(value):
        return str(value)
    return None


def rendered(text: Any, parts: Sequence[object]) -> Any:  # noqa: ANN401 - not only texts
    """Return a text that is put together of parts, some of which are known when the task runs."""
    if not parts or not isinstance(text, str):
        return text
    is_early = any(isinstance(part, Late) and part.is_early for part in parts)
    known = [part for part in parts if isinstance(part, Late)]
    if len(known) < len(parts):
        return Late(text, is_early)
    now = _put(text, {part.template: part.now for part in known})
    return Late(
        text, is_early, now=now, given=_put(text, {part.template: part.given for part in known})
    )


def _put(text: str, values: Mapping[str, object]) -> str | None:
    """Return a text with values in the place of templates; None: one of them is not known."""
    if None in values.values():
        return None
    for template, value in values.items():
        text = text.replace(template, str(value))
    return text


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
    if isinstance(value, Late | Output) or not isinstance(value, _PLAIN) or not _is_data(value):
        return None
    try:
        made: Any = value if conversion == -1 else _CONVERSIONS[conversion](value)
        return format(made, spec)
    except (ValueError, TypeError, KeyError, OverflowError):
        return None


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


def is_wide(spec: str) -> bool:
    """Return whether a format asks for thousands of characters."""
    return _WIDE.search(spec) is not None
