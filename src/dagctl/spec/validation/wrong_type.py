"""What is wrong with a value of another type than its field has, and what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import in_json, in_yaml, quoted
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TEXT = "text"
"""The expected type that quotes alone can give to a value."""
NUMBER = "a number"
WHOLE_NUMBER = "a whole number"
TRUTH = "true or false"
LIST = "a list"
MAPPING = "a mapping of keys to values"

_GENERAL = {
    TEXT: "write text in quotes",
    NUMBER: "write a number, for example 5",
    WHOLE_NUMBER: "write a whole number, for example 2",
    TRUTH: "write true or false, without quotes",
    LIST: "write a list: `[a, b]`, or one line with `- ` per item",
    MAPPING: "write `key: value`, one line per key",
}
_GENERAL_IN_JSON = {
    LIST: 'write a list: `["a", "b"]`',
    MAPPING: 'write a mapping: `{"key": "value"}`',
}
_IN_PLACE_OF = {
    "schedule_interval": 'write for example "@daily" or "0 6 * * *", in quotes',
    "params": "write `name: default`, or `name: {type: ..., default: ...}`, one line per param",
    "expand": "write `expand: {name: [...]}`, with the name of the argument",
}
_REQUIRED = {"dag_name", "tasks", "task_id", "task_type"}
_LONGEST = 60
"""Characters of a value that a hint repeats."""
_TRUE, _FALSE = {"true", "yes", "y", "on", "1"}, {"false", "no", "n", "off", "0"}
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_AMOUNT = lazy_pattern(r"(0|[1-9][0-9]{0,6})(\.[0-9]{1,3})?\s*([a-z]*)\.?")
_MINUTES = {
    1: {"", "m", "min", "mins", "minute", "minutes"},
    60: {"h", "hr", "hrs", "hour", "hours"},
    1440: {"d", "day", "days"},
    1 / 60: {"s", "sec", "secs", "second", "seconds"},
}
_AROUND = " \t\"'\u201c\u201d\u2018\u2019"
"""What may stand around a number that was meant as a number: spaces, straight and curly quotes."""
_TIMES = {"", "x", "time", "times"}
_GLUED_KEY = lazy_pattern(r"([A-Za-z_]\w*):(\S.*)")
_ARROWS = lazy_pattern(r" *>> *")
_GLUED_ITEMS = lazy_pattern(r"-[^\s-]\S*(?:\s+-[^\s-]\S*)*")


def wrong_type(path: Sequence[str | int], expected: str, value: object) -> Problem:
    """Return the problem of a value of another type than is expected at this path."""
    field = str(path[-1]) if path else ""
    if field == "schedule_interval" and _are_assets(value):
        message = "a schedule is text or a mapping, not a list"
        way_out = "write `{assets: [...]}` if these are assets; a cron alone, in quotes"
        return Problem(Code.WRONG_TYPE, message, way_out)
    name = "the schedule" if field == "schedule_interval" else _name(path)
    message = f"{name} must be {expected}, not {_kind(value)}"
    right = _right(path, expected, value)
    if right is not None:
        code = Code.NULL if value is None else Code.WRONG_TYPE
        return _with_value(code, message, right, _reason(field, value, right))
    if value is None:
        rest = "" if field in _REQUIRED else ", or remove the key"
        return Problem(Code.NULL, message, f"give a value{rest}")
    hint = _specific(path, expected, value) or _GENERAL.get(expected) or f"write {expected}"
    in_braces = _GENERAL_IN_JSON.get(expected) if hint == _GENERAL.get(expected) else None
    quotes_help = expected == TEXT and field != "schedule_interval"
    return Problem(Code.WRONG_TYPE, message, hint, json_hint=in_braces, wants_text=quotes_help)


def refuse_other_items(field: str, items: Sequence[object]) -> None:
    """Raise a pydantic error at the first item of a list that is no text, if there is one."""
    for place, item in enumerate(items):
        if not isinstance(item, str):
            raise wrong_type((field, place), TEXT, item).at(place).error()


def _are_assets(value: object) -> bool:
    """Return whether a list is no list of one cron or preset, which a person may write too."""
    if not isinstance(value, list | tuple):
        return False
    return len(value) != 1 or not isinstance(value[0], str) or "://" in value[0]


def _with_value(code: str, message: str, right: object, reason: str) -> Problem:
    yaml, json = (f"write `{spell(right)}`{reason}" for spell in (in_yaml, in_json))
    return Problem(code, message, yaml, json_hint=json, names_value=True)


def _reason(field: str, value: object, right: object) -> str:
    if isinstance(value, str) and value.strip().casefold() == in_json(right):
        return ", without quotes"
    return ": the value is in minutes" if field == "retry_delay_minutes" else ""


def _specific(path: Sequence[str | int], expected: str, value: object) -> str | None:
    field = str(path[-1]) if path else ""
    if field == "schedule_interval" or isinstance(value, list):
        return _IN_PLACE_OF.get(field)
    if expected == TEXT and isinstance(value, dict):
        return _text_in_place_of(field, path, value)
    if expected == LIST and isinstance(value, dict) and _is_marker(value):
        return "put it in a list: `[{...}]`"
    if isinstance(value, str) and len(value) <= _LONGEST:
        glued = _GLUED_KEY.fullmatch(value) if expected == MAPPING else None
        if glued and not glued[2].startswith("//"):  # no key, but a URL
            return f"write a space after the colon: `{glued[1]}: {glued[2]}`"
        if expected == LIST and _GLUED_ITEMS.fullmatch(value):
            return "write a space after each `-`"
    return None


def _text_in_place_of(field: str, path: Sequence[str | int], value: Mapping[str, object]) -> str:
    """Return what to write where text is expected, and a mapping stands."""
    if list(path[-2:-1]) == ["dependencies"]:
        return "write the name of a task"
    keys = {key.removeprefix("$") for key in value}
    if field == "python_code" and "python_code" in keys:
        return "write the code itself, without this level: `python_code: |` and its lines"
    if field == "bash_command" and "python_code" in keys:
        return "write the command; code of Python is a task with `python_code` of its own"
    if field == "bash_command" and "xcom" in keys:
        return "write the command; the output of a task is `{{ ti.xcom_pull(task_ids='...') }}`"
    return "write text: this marker is not taken here" if _is_marker(value) else _GENERAL[TEXT]


def _is_marker(value: Mapping[str, object]) -> bool:
    return any(key.startswith("$") for key in value)


def _named_task(value: Mapping[str, object], expected: str) -> object:
    """Return the task that `{task: a}` names, alone or as a list, or None."""
    name = next(iter(value.values())) if len(value) == 1 else None
    if not isinstance(name, str) or len(name) > _LONGEST:
        return None
    return name if expected == TEXT else [name]


def _right(path: Sequence[str | int], expected: str, value: object) -> object:
    """Return the value that was surely or probably meant, or None."""
    field = str(path[-1]) if path else ""
    if isinstance(value, str) and len(value) > _LONGEST:
        return None
    if field == "tasks":
        return [{"task_id": _first_task_id(value)}]
    if expected in {NUMBER, WHOLE_NUMBER}:
        return _number(field, value, whole=expected == WHOLE_NUMBER)
    if isinstance(value, dict) and "dependencies" in path[-2:]:
        return _named_task(value, expected)
    if expected in {TEXT, TRUTH}:
        return _joined(field, value) if expected == TEXT else _truth(value)
    return _collection(path, expected, value) if isinstance(value, str) else None


def _collection(path: Sequence[str | int], expected: str, text: str) -> object:
    if path and path[-1] == "teardown":  # a truth, or the ids that it tears down
        truth = _truth(text)
        return _items(text) if truth is None else truth
    if expected == LIST:
        return _items(text)
    is_task = expected == MAPPING and list(path[-2:-1]) == ["tasks"]
    return {"task_id": text} if is_task and ":" not in text else None


def _number(field: str, value: object, *, whole: bool) -> int | float | None:
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    if not isinstance(value, str):
        return None
    word = value.strip(_AROUND).casefold()
    if word in _WORDS:
        return _WORDS.index(word)
    amount = _AMOUNT.fullmatch(word)
    if amount is None:
        return None
    number = float(amount[1] + (amount[2] or "")) * _factor(field, amount[3])
    if number and number.is_integer():
        return int(number)
    return None if whole and number else round(number, 3) or None


def _factor(field: str, unit: str) -> float:
    """Return by what an amount in this unit is multiplied to be what the field takes; or 0."""
    if field != "retry_delay_minutes":
        return 1 if unit in _TIMES else 0
    return next((factor for factor, units in _MINUTES.items() if unit in units), 0)


def _truth(value: object) -> bool | None:
    word = str(value).strip().casefold() if isinstance(value, str | int) else ""
    return True if word in _TRUE else False if word in _FALSE else None


def _first_task_id(tasks: object) -> str:
    if not isinstance(tasks, dict):
        return "a"
    name = tasks.get("task_id") or next(iter(tasks), "a")
    return name if isinstance(name, str) and len(name) <= _LONGEST else "a"


def _items(text: str) -> list[str] | None:
    if _GLUED_ITEMS.fullmatch(text):
        return None
    before = _ARROWS.split(text)
    if len(before) > 1:  # `a >> b` in the task that waits names what is before it
        return [before[0].strip("[] ")] if before[0].strip("[] ").isidentifier() else None
    items = [item.strip() for item in text.strip("[] ").split(",")]
    return [item for item in items if item] or None


def _joined(field: str, items: object) -> str | None:
    """Return the items of a list as the one text that the field has, or None."""
    if not isinstance(items, list | tuple) or not items:
        return None
    if not all(isinstance(item, str | int) for item in items):
        return None
    between = ", "
    if field == "bash_command":  # the words of one command, or several commands
        between = " && " if any(" " in str(item) for item in items) else " "
    text = between.join(str(item) for item in items)
    return text if len(text) <= _LONGEST and text.isprintable() else None


def _name(path: Sequence[str | int]) -> str:
    if not path:
        return "the spec"
    if isinstance(path[-1], int):
        return f"each item of {_name(path[:-1])}"
    return quoted(path[-1])


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return "a number" if isinstance(value, int) else "a number with a fraction"
    if isinstance(value, str):
        return "text"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, dict):
        return "a mapping"
    return "null" if value is None else type(value).__name__
