"""Markers: mappings such as `{$ref: jobs.limits.MAX}` that stand for what YAML has no word for.

A marker has exactly one key that begins with `$`, and beside it only what its kind takes. Any
other `$` key is an error, so that a misspelt marker is never data.
"""

from __future__ import annotations

import keyword
from dataclasses import field
from typing import TYPE_CHECKING, Any

from dagctl.findings.characters import MAX_TEXT
from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import did_you_mean, quoted
from dagctl.frozen import frozen
from dagctl.spec.fields.durations import duration_problem
from dagctl.spec.fields.import_path import is_import_path, path_problems
from dagctl.spec.fields.start_date import is_iso
from dagctl.spec.validation.wrong_type import TEXT, wrong_type
from dagctl.spec.walk import MAPPED_BY
from dagctl.user_code.python import PythonCodeError, by_place_problems, parse_python_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from dagctl.spec.walk import Path
    from dagctl.user_code.python import PythonCode

    Check = Callable[[object], Iterator[Problem]]
    Place = tuple[Path, Any]

MOST_ARGUMENTS = 1_000
"""Arguments of one call: Python's compiler compares their names pair by pair."""
LONGEST_TEXT = 1_000
"""Characters of the text of a marker: a task id, a key."""


_TASK_KEYS = ("task", "task_id", "task_ids", "node")
"""What other tools call the task whose output is meant."""
_HOLDERS = (dict, list, tuple)
"""The kinds of values that other values stand in."""


def _text(value: object) -> Iterator[Problem]:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TEXT or not value.isprintable():
        message = f"the value must be text on one line, of at most {LONGEST_TEXT:,} characters"
        yield Problem(
            Code.BAD_MARKER, message, "write one name, in quotes if YAML reads it as more"
        )


def _task(value: object) -> Iterator[Problem]:
    if isinstance(value, dict):
        name = next((value[key] for key in _TASK_KEYS if isinstance(value.get(key), str)), "task")
        key = f", key: {value['key']}" if isinstance(value.get("key"), str) else ""
        hint = f"write `{{$xcom: {name}{key}}}`"[:LONGEST_TEXT]
        yield Problem(Code.BAD_MARKER, "the value must be the id of a task, not a mapping", hint)
    elif value is None:
        yield Problem(Code.BAD_MARKER, "there is no id of a task", "write `{$xcom: task_id}`")
    elif not isinstance(value, str):
        yield wrong_type(("$xcom",), TEXT, value)
    else:
        yield from _text(value)


def too_many_arguments(count: int) -> Problem:
    """Return why a call cannot have that many arguments."""
    message = f"the call has {count:,} arguments; at most {MOST_ARGUMENTS:,} are read"
    return Problem(Code.BAD_ARGUMENT, message, "pass them as one mapping")


def _mapping(value: object) -> Iterator[Problem]:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        yield Problem(
            Code.BAD_MARKER, "`with` must be a mapping", "write `with: {name: value, ...}`"
        )
    elif len(value) > MOST_ARGUMENTS:
        yield too_many_arguments(len(value))
    else:
        for key in value:
            if not key.isidentifier() or keyword.iskeyword(key):
                message = f"{quoted(key)} cannot be the name of an argument"
                yield Problem(Code.BAD_MARKER, message, "use letters, digits and `_`")


def _arguments(value: object) -> Iterator[Problem]:
    if not isinstance(value, list | tuple):
        yield Problem(Code.BAD_MARKER, "`args` must be a list", "write `args: [value, ...]`")


def _duration(value: object) -> Iterator[Problem]:
    problem = duration_problem(value)
    if problem:
        yield problem


def _moment(value: object) -> Iterator[Problem]:
    if not isinstance(value, str) or not is_iso(value):
        hint = 'write "2024-01-01" or "2024-01-01T06:00"'
        yield Problem(Code.BAD_MARKER, "the value must be a date, or a date and time", hint)


def _asset(value: object) -> Iterator[Problem]:
    from dagctl.spec.fields.asset_name import asset_problems

    return asset_problems(value)


def _file(_value: object) -> Iterator[Problem]:
    hint = "name it in a spec of a workspace, outside of `$const`"
    yield Problem(Code.BAD_MARKER, "a file is read only where the spec is read from a text", hint)


def _function(value: object) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield wrong_type(("$python_code",), TEXT, value)
        return
    if len(value) > MAX_TEXT:
        return  # that is said of the text
    try:
        parse_python_code(value, is_value=True)
    except PythonCodeError as error:
        yield from error.problems


def _anything(_value: object) -> Iterator[Problem]:
    return iter(())


def _name(value: object) -> Iterator[Problem]:
    if not isinstance(value, str) or not value.isidentifier() or keyword.iskeyword(value):
        message = "the value must be the name of an argument"
        yield Problem(Code.BAD_MARKER, message, "write a name that the group is mapped over")


def _several(value: object) -> Iterator[Problem]:
    if not isinstance(value, list | tuple) or len(value) < 2:  # noqa: PLR2004 - a joint has two ends
        message = "the value must be a list of at least two outputs"
        yield Problem(Code.BAD_MARKER, message, "write `[{$xcom: first}, {$xcom: second}]`")


def _mapped_function(value: object) -> Iterator[Problem]:
    if marker_of(value) not in {"$ref", "$python_code"}:
        message = "the value must be a function"
        path = value if isinstance(value, str) and is_import_path(value) else "pkg.module.name"
        yield Problem(Code.BAD_MARKER, message, f"write `{{$ref: {path}}}`")


@frozen
class MarkerKind:
    """A kind of marker: how its value is checked, and which keys may stand beside it."""

    check: Check
    beside: Mapping[str, Check] = field(default_factory=dict)
    holds_values: bool = False
    """Whether the value, and that of `with`, holds further values, with markers in them."""
    needs: tuple[str, ...] = ()
    """Which of the keys beside it must be there."""
    only_under: tuple[str, ...] = ()
    """The keys of a task or a group under which it may stand; none: wherever values are taken."""


MARKERS: Mapping[str, MarkerKind] = {
    "$xcom": MarkerKind(_task, {"key": _text}),
    "$duration": MarkerKind(_duration),
    "$datetime": MarkerKind(_moment),
    "$ref": MarkerKind(path_problems),
    "$python_code": MarkerKind(_function),
    "$new": MarkerKind(path_problems, {"with": _mapping, "args": _arguments}, holds_values=True),
    "$asset": MarkerKind(_asset),
    "$file": MarkerKind(_file),
    "$const": MarkerKind(_anything),
    "$arg": MarkerKind(_name),
    "$zip": MarkerKind(_several, {"fillvalue": _anything}, holds_values=True, only_under=MAPPED_BY),
    "$concat": MarkerKind(_several, holds_values=True, only_under=MAPPED_BY),
    "$map": MarkerKind(
        _anything,
        {"function": _mapped_function},
        holds_values=True,
        needs=("function",),
        only_under=MAPPED_BY,
    ),
}
"""Every marker, by its key."""


_OF_OTHERS = {
    **dict.fromkeys(("$var", "$variable", "$secret"), '"{{ var.value.NAME }}"'),
    **dict.fromkeys(("$conn", "$connection"), '"{{ conn.NAME.host }}"'),
    "$env": "${{ vars.NAME }}",
    "$param": '"{{ params.NAME }}"',
    **dict.fromkeys(("$template", "$jinja"), "the text itself"),
    **dict.fromkeys(("$dataset", "$uri"), "{$asset: ...}"),
    **dict.fromkeys(("$import", "$callable", "$path"), "{$ref: ...}"),
    **dict.fromkeys(("$function", "$lambda", "$code", "$def"), "{$python_code: ...}"),
    **dict.fromkeys(("$timedelta", "$delta"), "{$duration: 5m}"),
    **dict.fromkeys(("$output", "$task"), "{$xcom: ...}"),
}
"""Markers of other tools, and words that people try, with what to write instead."""


def marker_of(value: object) -> str | None:
    """Return the `$` key of a mapping that is a marker, else None."""
    if isinstance(value, dict):
        for key in value:
            if isinstance(key, str) and key.startswith("$"):
                return key
    return None


def marker_problems(value: object, path: Path = ()) -> Iterator[Problem]:
    """Yield what is wrong with the markers in a value, each at its path below `path`."""
    has_objects = False
    for here, item in _holders(value, path):
        marker = marker_of(item)
        if marker is not None:
            has_objects = has_objects or marker == "$new"
            misplaced = list(_misplaced(marker, here))
            yield from misplaced
            for step, problem in _problems(marker, item) if not misplaced else ():
                yield problem.at(*here, *step)
    for here in _outputs_in_objects(value, path) if has_objects else ():
        message = "Airflow does not put the output of a task into an object"
        hint = "give it to a parameter of the task itself"
        yield Problem(Code.BAD_MARKER, message, hint).at(*here, "$xcom")


def _misplaced(marker: str, path: Path) -> Iterator[Problem]:
    """Yield a problem if a marker stands where only others may."""
    kind = MARKERS.get(marker)
    if kind and kind.only_under and not (set(path[:1]) & {*kind.only_under} and _is_source(path)):
        message = f"{quoted(marker)} may stand only for what `expand` maps over"
        yield Problem(Code.BAD_MARKER, message, "use `$xcom` here", at_key=True).at(*path, marker)


def _is_source(path: Path) -> bool:
    """Return whether a path leads to what is mapped over, not to a value in it."""
    start = 2 if path[0] == "expand" else 1
    return all(step in MARKERS or isinstance(step, int) for step in path[start:]) and (
        len(path) <= start or path[start] in MARKERS
    )


def _outputs_in_objects(value: object, path: Path) -> Iterator[Path]:
    """Yield where outputs of tasks stand inside of `$new`, which Airflow does not look into."""
    stack: list[tuple[Path, Any, bool]] = [(path, value, False)]
    while stack:
        here, item, inside = stack.pop()
        marker = marker_of(item)
        if marker == "$xcom" and inside:
            yield here
        for step, inner in _inner(item):
            stack.append(((*here, step), inner, inside or marker == "$new"))


def markers_in(value: object, marker: str, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield each marker of one kind in a value, as its mapping, with its path below `path`."""
    for here, item in _holders(value, path) if isinstance(value, _HOLDERS) else ():
        if isinstance(item, dict) and marker in item:
            yield here, item


def call_by_place_problems(
    value: Mapping[str, Any], *arguments: str, or_more: bool = False
) -> Iterator[Problem]:
    """Return why Airflow cannot call a `$python_code` with these arguments, by place.

    Nothing is said of code that is wrong itself.
    """
    if any(marker_problems(value)):
        return iter(())
    code = parse_python_code(value["$python_code"], is_value=True)
    return by_place_problems(code.statements()[-1], arguments, or_more=or_more)


def functions_in(data: object) -> Iterator[tuple[Path, PythonCode]]:
    """Yield the checked code of each function that stands as a value in data, with its path."""
    for path, item in markers_in(data, "$python_code"):
        code = parse_python_code(item["$python_code"], is_value=True)
        yield (*path, "$python_code"), code


def _holders(value: object, path: Path) -> Iterator[Place]:
    """Yield each list and mapping of a value, in the order of the document, with its path.

    `$const` hides what it has.
    """
    stack: list[Place] = [(path, value)] if isinstance(value, _HOLDERS) else []
    while stack:
        here, item = stack.pop()
        yield here, item
        inner = [((*here, step), held) for step, held in _inner(item) if isinstance(held, _HOLDERS)]
        stack += reversed(inner)


def _inner(item: object) -> Iterable[tuple[str | int, Any]]:
    if isinstance(item, (list, tuple)):
        return enumerate(item)
    if isinstance(item, dict):
        kind = MARKERS.get(marker_of(item) or "")
        if kind is None or kind.holds_values:
            return [(key, inner) for key, inner in item.items() if isinstance(key, str)]
    return ()


def _problems(marker: str, item: Mapping[str, object]) -> Iterator[tuple[Path, Problem]]:
    kind = MARKERS.get(marker)
    if kind is None:
        other = _OF_OTHERS.get(marker)
        near = f"write `{other}`" if other else did_you_mean(marker, MARKERS)
        hint = near or f"the markers are: {', '.join(MARKERS)}"
        message = f"there is no marker {quoted(marker)}"
        yield (marker,), Problem(Code.UNKNOWN_MARKER, message, f"{hint}; data: {{$const: ...}}")
        return
    for problem in kind.check(item[marker]):
        yield (marker,), problem
    strange = [key for key in item if key != marker and key not in kind.beside]
    for key in kind.needs:
        if key not in item and not strange:  # a strange key may be meant for it
            hint = f"write `{{{marker}: ..., {key}: {{$ref: pkg.module.name}}}}`"
            yield (marker,), Problem(Code.BAD_MARKER, f"{quoted(key)} is missing beside it", hint)
    for key, value in item.items():
        if key in kind.beside:
            yield from (((key,), problem) for problem in kind.beside[key](value))
        elif key != marker:
            yield (key,), _foreign(str(key), marker, kind)


def _foreign(key: str, marker: str, kind: MarkerKind) -> Problem:
    allowed = " or ".join(f"`{name}`" for name in kind.beside)
    hint = did_you_mean(key, kind.beside) or (
        f"only {allowed} may stand there" if allowed else "a marker is a mapping of its own"
    )
    message = f"{quoted(key)} cannot stand beside {quoted(marker)}"
    return Problem(Code.BAD_MARKER, message, hint, at_key=True)
