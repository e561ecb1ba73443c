"""What differs between a spec and what its conversion comes back as."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from dagctl.frozen import frozen
from dagctl.spec.fields.durations import duration_problem, length_of
from dagctl.spec.fields.start_date import is_iso

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from dagctl.spec.walk import Path

_INSTEAD: Mapping[str | int, tuple[str, ...]] = {
    "python_code": ("python_callable", "callable", "provide_context"),
    "retry_delay_minutes": ("retry_delay",),
}
"""What says the same beside a value that a report speaks of: code in a module, another unit."""
_SHOWN = 60
"""Characters of a value that a report repeats."""


@frozen
class ChangedValue:
    """A value of a spec that comes back as another."""

    path: Path
    shown: str
    """What it comes back as: JSON, or `nothing`."""
    same: bool = False
    """Whether it is the same time, or the same length of time, written in another way."""


def differences(
    given: Mapping[str, Any], back: Mapping[str, Any], known: Collection[Path]
) -> Iterator[ChangedValue]:
    """Yield what differs between two recorded specs, but for what is known to.

    Args:
        given: What went out.
        back: What came back.
        known: Paths of values that a report speaks of already; what stands in them may differ.
    """
    around = {path[:end] for path in known for end in range(len(path) + 1)}
    instead = {(*path[:-1], key) for path in known if path for key in _INSTEAD.get(path[-1], ())}
    for path, value in _differing(given, back, ()):
        inside = any(path[:end] in known for end in range(1, len(path) + 1))
        if not inside and path not in instead and path not in around:
            same = is_same_time(_at(given, path), value, given.get("timezone"))
            yield ChangedValue(path, _shown(value), same)


def _differing(given: Any, back: Any, path: Path) -> Iterator[tuple[Path, Any]]:  # noqa: ANN401
    if isinstance(given, dict) and isinstance(back, dict):
        for key in {**given, **back}:
            yield from _differing(given.get(key), back.get(key), (*path, key))
    elif isinstance(given, list) and isinstance(back, list) and len(given) == len(back):
        for place, (item, other) in enumerate(zip(given, back, strict=True)):
            yield from _differing(item, other, (*path, place))
    elif given != back or isinstance(given, bool) != isinstance(back, bool):
        yield path, back


def put_back(given: Mapping[str, Any], back: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Return what came back, with the one value at a path as it went out."""
    data = deepcopy(dict(back))
    holder, source = data, given
    for step in path[:-1]:
        holder, source = holder[step], source[step]  # type: ignore[index] # as the paths say
    if isinstance(source, dict) and path[-1] not in source:
        del holder[path[-1]]  # type: ignore[arg-type]
    else:
        holder[path[-1]] = source[path[-1]]  # type: ignore[index]
    return data


def _at(data: Any, path: Path) -> Any:  # noqa: ANN401 - JSON data
    """Return the value at a path, or None."""
    for step in path:
        has = step in data if isinstance(data, dict) else isinstance(step, int)
        data = data[step] if has else None
        if data is None:
            return None
    return data


def is_same_time(given: object, back: object, zone: str | None) -> bool:
    """Return whether two values are one length of time, or one moment in the zone of a DAG."""
    text, other = (
        value.get("$duration", value.get("$datetime")) if isinstance(value, dict) else value
        for value in (given, back)
    )
    if not isinstance(text, str) or not isinstance(other, str):
        return False
    if duration_problem(text) is None and duration_problem(other) is None:
        return length_of(text) == length_of(other)
    if not is_iso(text) or not is_iso(other):
        return False
    first, second = (datetime.fromisoformat(each) for each in (text, other))
    here = ZoneInfo(zone or "UTC")
    first, second = (at if at.tzinfo else at.replace(tzinfo=here) for at in (first, second))
    return first == second


def _shown(value: Any) -> str:  # noqa: ANN401 - JSON data
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
