"""pydantic's errors in dagctl's words, one `Problem` with its path for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.spec.codes import Code
from dagctl.spec.problem import MAX_PROBLEMS, Located, Problem
from dagctl.spec.wording import nearest, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    Path = tuple[str | int, ...]

TEXT = "text"
"""The expected type of `wrong_type` that quotes alone can give to a value."""
_EXPECTED = {
    "string_type": TEXT,
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
    "dict_type": "a mapping of keys to values",
    "literal_error": "another word",
}
_KEYS = "write `key: value`, one line per key"
_HINTS = {
    "string_type": "write text in quotes",
    "model_type": _KEYS,
    "model_attributes_type": _KEYS,
    "dict_type": _KEYS,
    "bool_type": "write true or false, without quotes",
    "int_type": "write it without quotes and without a fraction",
    "tuple_type": "write `[a, b]`, or one line with `- ` per item",
}
_MANY = 10
_TOLD_ELSEWHERE = {
    "union_tag_invalid",  # `tasks.fallback` says it, and more
    "union_tag_not_found",
    "default_factory_not_called",  # there is no slug of a bad name
}


def located(
    error: ValidationError, known: Collection[str], data: object, owner: Callable[[str], str | None]
) -> list[Located]:
    """Return the problems of one model.

    Args:
        error: What pydantic raised for the model.
        known: The names of the model's fields.
        data: The raw data of the model.
        owner: Says of a key that is unknown here which kind of task has it, if any.
    """
    given = data if isinstance(data, dict) else {}
    details = error.errors(include_url=False)[:MAX_PROBLEMS]
    unknown = [str(item["loc"][0]) for item in details if item["type"] == "extra_forbidden"]
    meant = {key: nearest(key, [name for name in known if name not in given]) for key in unknown}
    found = []
    for item in details:
        path = _without_tag(item["loc"])
        if item["type"] in _TOLD_ELSEWHERE:
            continue
        if item["type"] == "extra_forbidden":
            problem = _unknown_key(str(path[-1]), meant[str(path[-1])], known, owner)
        elif item["type"] == "missing" and path[-1] in meant.values():
            continue  # the misspelt key says it already
        else:
            problem = _problem(item, path, given)
        found.append(Located(path, problem))
    return found


def _without_tag(loc: Path) -> Path:
    """Return the path in the document: pydantic puts the task type after the index of a task."""
    return (*loc[:2], *loc[3:]) if len(loc) > 2 and loc[0] == "tasks" else loc  # noqa: PLR2004 - list, index, tag


def _unknown_key(
    key: str, meant: str | None, known: Collection[str], owner: Callable[[str], str | None]
) -> Problem:
    other = owner(key)
    if other:
        return Problem(
            Code.OTHER_TASK_TYPE,
            f"{quoted(key)} belongs to a task of type `{other}`",
            f"change `task_type` to `{other}`, or remove the key",
        )
    hint = f"did you mean `{meant}`?" if meant else _known(known)
    return Problem(Code.UNKNOWN_KEY, f"unknown key {quoted(key)}", hint)


def _known(keys: Collection[str]) -> str:
    return (
        f"known keys: {', '.join(keys)}" if len(keys) < _MANY else "`dagctl schema` lists all keys"
    )


def _problem(item: ErrorDetails, path: Path, given: Mapping[str, Any]) -> Problem:
    kind = item["type"]
    known = item.get("ctx", {}).get("problem")
    if isinstance(known, Problem):
        return known
    if kind == "missing":
        message = f"{_who(given)}`{path[-1]}` is missing"
        return Problem(Code.MISSING_KEY, message, f"add `{path[-1]}: ...`")
    if kind == "invalid_key":
        return Problem(Code.KEY_NOT_TEXT, f"the key {path[-1]!r} is not text", "quote it")
    return wrong_type(path, _EXPECTED.get(kind, "another value"), item["input"], _HINTS.get(kind))


def _who(given: Mapping[str, Any]) -> str:
    task_id = given.get("task_id")
    return f"task {quoted(task_id)}: " if isinstance(task_id, str) else ""


def wrong_type(
    path: Sequence[str | int], expected: str, value: object, hint: str | None
) -> Problem:
    """Return the problem of a value of another type than is expected at this path."""
    name = _name(path)
    if value is None:
        return Problem(
            Code.NULL, f"{name} must be {expected}, not null", "give a value, or remove the key"
        )
    message = f"{name} must be {expected}, not {_kind(value)}"
    return Problem(Code.WRONG_TYPE, message, hint, wants_text=expected == TEXT)


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
    return "a mapping" if isinstance(value, dict) else type(value).__name__
