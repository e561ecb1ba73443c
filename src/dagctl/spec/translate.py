"""pydantic's errors in dagctl's words, one `Problem` with its path for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.spec.codes import Code
from dagctl.spec.problem import MAX_PROBLEMS, Located, Problem
from dagctl.spec.unknown_keys import follow_ups, meant_keys, unknown_key
from dagctl.spec.wording import quoted
from dagctl.spec.wrong_type import LIST, MAPPING, TEXT, TRUTH, WHOLE_NUMBER, wrong_type

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    Path = tuple[str | int, ...]

_EXPECTED = {
    "string_type": TEXT,
    "int_type": WHOLE_NUMBER,
    "int_from_float": WHOLE_NUMBER,
    "bool_type": TRUTH,
    "tuple_type": LIST,
    "model_type": MAPPING,
    "model_attributes_type": MAPPING,
    "dict_type": MAPPING,
    "literal_error": "another word",
}
_REPORTED_ELSEWHERE = {
    "union_tag_invalid",  # `tasks.fallback` says it, and more
    "union_tag_not_found",
    "default_factory_not_called",  # there is no slug of a bad name
}


def located(
    error: ValidationError,
    known: Collection[str],
    data: object,
    misplaced: Callable[[str], Problem | None],
) -> list[Located]:
    """Return the problems of one model.

    Args:
        error: What pydantic raised for the model.
        known: The keys of the model, as the user may write them.
        data: The raw data of the model.
        misplaced: Returns the problem of a key that belongs to another part of the spec, or None.
    """
    given = data if isinstance(data, dict) else {}
    details = error.errors(include_url=False)[:MAX_PROBLEMS]
    unknown = [str(item["loc"][0]) for item in details if item["type"] == "extra_forbidden"]
    elsewhere = {key: problem for key in unknown if (problem := misplaced(key))}
    meant = meant_keys([key for key in unknown if key not in elsewhere], given, known)
    missing_by_that = follow_ups({key: given.get(key) for key in meant}, meant.values())
    found = []
    for item in details:
        path = _without_tag(item["loc"])
        key = str(path[-1]) if path else ""
        if item["type"] in _REPORTED_ELSEWHERE:
            continue
        if item["type"] == "extra_forbidden":
            problem = elsewhere.get(key) or unknown_key(key, given.get(key), meant[key], known)
        elif item["type"] == "missing" and key in missing_by_that:
            continue  # the misspelt key says it already
        else:
            problem = _problem(item, path, given)
        if problem.code == Code.MISSING_KEY and len(path) > 1 and key in elsewhere:
            continue  # the key that is not indented says it already
        found.append(Located(path, problem))
    return found


def _without_tag(loc: Path) -> Path:
    """Return the path in the document: pydantic puts the task type after the index of a task."""
    return (*loc[:2], *loc[3:]) if len(loc) > 2 and loc[0] == "tasks" else loc  # noqa: PLR2004 - list, index, tag


def _problem(item: ErrorDetails, path: Path, given: Mapping[str, Any]) -> Problem:
    kind = item["type"]
    known = item.get("ctx", {}).get("problem")
    if isinstance(known, Problem):
        return known
    if kind == "missing":
        message = f"{_who(given)}`{path[-1]}` is missing"
        in_braces = f'add `"{path[-1]}": ...`'
        return Problem(Code.MISSING_KEY, message, f"add `{path[-1]}: ...`", json_hint=in_braces)
    if kind == "invalid_key":
        return Problem(Code.KEY_NOT_TEXT, f"the key {path[-1]!r} is not text", "quote it")
    return wrong_type(path, _EXPECTED.get(kind, "another value"), item["input"])


def _who(given: Mapping[str, Any]) -> str:
    task_id = given.get("task_id")
    return f"task {quoted(task_id)}: " if isinstance(task_id, str) else ""
