"""pydantic's errors in dagctl's words, one `Problem` with its path for each."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from dagctl.findings.codes import Code
from dagctl.findings.problem import MAX_PROBLEMS, Problem
from dagctl.findings.wording import did_you_mean, quoted
from dagctl.frozen import frozen
from dagctl.spec.validation.unknown_keys import (
    follow_ups,
    is_wrapper,
    meant_keys,
    other_name,
    unknown_key,
)
from dagctl.spec.validation.wrong_type import LIST, MAPPING, TEXT, TRUTH, WHOLE_NUMBER, wrong_type

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from dagctl.spec.validation.family import Family, SpecPart
    from dagctl.spec.walk import Path

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
_SAID_ELSEWHERE = {
    "union_tag_invalid",  # `tasks.fallback` says it, and more
    "union_tag_not_found",
    "default_factory_not_called",  # there is no slug of a bad name
}


def translated(
    error: ValidationError, model: type[SpecPart], data: object, family: Family
) -> list[Problem]:
    """Return the problems of a model and of those inside of it: pydantic is translated here alone.

    Args:
        error: What pydantic raised for the model.
        model: The model.
        data: The raw data of the model.
        family: The kinds of models inside of it, or around it.
    """
    groups: dict[Path, _Group] = {}
    for item in error.errors(include_url=False):
        path, start, word = _in_document(item["loc"], data, family)
        if start not in groups:
            inside = _inside(word, family)
            owner = inside or model
            groups[start] = _Group(start, owner, _data_at(data, start), [])
        groups[start].details.append((path, item))
    outer = groups.get(())
    not_indented = outer.elsewhere(family) if outer else {}
    problems = (
        item
        for group in groups.values()
        for item in group.problems(family, () if group is outer else not_indented)
    )
    return list(islice(problems, MAX_PROBLEMS))


def _in_document(loc: Path, data: object, family: Family) -> tuple[Path, Path, str]:
    """Return where pydantic has met an error, the part of it that leads to the model, and its word.

    The word selects the model (`task_type`). Where nothing shows it, the model is the one around.
    """
    start: Path = ()
    word, inside, rest = "", data, loc
    while len(rest) > 1 and rest[0] == "tasks" and isinstance(rest[1], int):
        inside = _data_at(inside, rest[:2])
        tag = family.tag_of(inside)
        if tag is not None:
            start, word = loc[: len(loc) - len(rest) + 2], tag
        rest = rest[2:]
    if len(rest) > 1 and rest[0] in family.parts:
        return loc, (*loc[: len(loc) - len(rest)], rest[0]), str(rest[0])
    return loc, start, word


def _inside(word: str, family: Family) -> type[SpecPart] | None:
    return family.parts.get(word) or family.models.get(word) or family.entries.get(word)


def _data_at(data: object, path: Path) -> object:
    for step in path:
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, list | tuple) and isinstance(step, int):
            data = data[step]
    return data


@frozen
class _Group:
    """pydantic's errors about one model."""

    start: Path
    model: type[SpecPart]
    data: object
    details: list[tuple[Path, ErrorDetails]]

    def unknown(self) -> list[str]:
        """Return the keys that the model does not have."""
        keys = (str(path[-1]) for path, item in self.details if item["type"] == "extra_forbidden")
        return list(islice(keys, MAX_PROBLEMS))

    def elsewhere(self, family: Family) -> dict[str, Problem]:
        """Return the problems of those keys that another part of the spec has."""
        given = self.data if isinstance(self.data, dict) else {}
        missing = [str(path[-1]) for path, item in self.details if item["type"] == "missing"]
        unknown = (key for key in self.unknown() if not other_name(key, missing))
        keys = (key for key in unknown if not is_wrapper(given.get(key)))
        owned = ((key, self.model.misplaced(key, family)) for key in keys)
        return {key: problem for key, problem in owned if problem}

    def problems(self, family: Family, not_indented: Collection[str]) -> Iterator[Problem]:
        """Yield them in dagctl's words, without those that only follow from another.

        Args:
            family: The models around it and inside of it.
            not_indented: Keys of tasks that stand outside of all tasks.
        """
        given = self.data if isinstance(self.data, dict) else {}
        known = self.model.key_names()
        elsewhere = self.elsewhere(family)
        meant = meant_keys([key for key in self.unknown() if key not in elsewhere], given, known)
        follow = follow_ups({key: given.get(key) for key in meant}, meant.values())
        follow |= {*not_indented}
        if any(is_wrapper(given.get(key)) for key in meant):
            follow |= {*known}  # they are one level too deep, or not known yet
        for path, item in self.details:
            key = str(path[-1]) if path else ""
            of_a_kind = bool(self.start) and key == "task_type" and key in known
            if item["type"] in _SAID_ELSEWHERE or of_a_kind:
                continue
            if item["type"] == "extra_forbidden":
                problem = elsewhere.get(key) or unknown_key(key, given, meant.get(key), known)
                yield problem.at(*path)
            elif item["type"] != "missing" or path[:-1] != self.start or key not in follow:
                yield _problem(item, path, given).under(*path)


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
    if kind == "literal_error" and isinstance(item["input"], str):
        return _other_word(item["input"], item["ctx"]["expected"])
    return wrong_type(path, _EXPECTED.get(kind, "another value"), item["input"])


def _other_word(given: str, expected: str) -> Problem:
    """Return the problem of a text that is none of the words, which pydantic puts in quotes."""
    words = expected.replace(" or ", ", ").replace("'", "").split(", ")
    hint = did_you_mean(given.rpartition(".")[2], words) or f"the words are: {', '.join(words)}"
    return Problem(Code.WRONG_TYPE, f"Airflow has no {quoted(given)} here", hint)


def _who(given: Mapping[str, Any]) -> str:
    task_id = given.get("task_id")
    return f"task {quoted(task_id)}: " if isinstance(task_id, str) else ""
