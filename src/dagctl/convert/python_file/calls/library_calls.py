"""Functions of the standard library that only put data together."""

from __future__ import annotations

import ast
import json
import posixpath
import re
from inspect import cleandoc
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.calls.plain import MAX_TEXT, bounded
from dagctl.convert.python_file.state.objects import Late, Made, Name, Opaque, settled
from dagctl.convert.python_file.state.source import words
from dagctl.convert.python_file.values import kept, reads
from dagctl.convert.python_file.values.texts import rendered, weight
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dagctl.convert.python_file.state.binding import Call
    from dagctl.convert.python_file.state.machine import Machine


def call(machine: Machine, path: str, made: Call) -> Any:  # noqa: ANN401
    """Return what a function of the library gives; None: it is none that is followed."""
    function = _FUNCTIONS.get(path)
    if path == _REDUCE:
        return _joined(machine, made)
    if function is None:
        return None
    if path == "json.loads" and len(made.args) == 1 and not made.kwargs:
        parsed = reads.as_json(made.args[0])
        if parsed is not None:
            return parsed
    made.args = [*map(settled, made.args)]
    made.kwargs = {key: settled(value) for key, value in made.kwargs.items()}
    late: list[Late] = []
    if path == "json.dumps":
        made.args = _with_templates(made.args, late)
    known = all(weight(value) is not None for value in (*made.args, *made.kwargs.values()))
    try:
        value = function(*made.args, **made.kwargs) if known else None
    except (TypeError, ValueError, AttributeError, RecursionError, re.error):
        value = None
    if value is None and path == "json.dumps" and len(made.args) == 1 and not made.kwargs:
        value = kept.applied(machine, made.node, path, made.args)
    if value is None:
        return machine.opaque(made.node, f"`{words(made.node)}` is known only when Python runs")
    if isinstance(value, Made):
        return value
    return rendered(bounded(machine, made.node, value), late)


_REDUCE = "functools.reduce"


def _joined(machine: Machine, made: Call) -> Any:  # noqa: ANN401
    """Return lists that `reduce` joins; None: it does something else.

    `iadd` puts them into the first list itself, which other names may have too.
    """
    function = made.args[0].path if made.args and isinstance(made.args[0], Name) else ""
    lists = made.args[1] if len(made.args) > 1 and isinstance(made.args[1], list) else [None]
    first, *others = [*made.args[2:3], *lists] or [None]
    is_in_place = function in _IN_PLACE and not _is_own(made)
    is_known = isinstance(first, list) and weight([first, *others]) is not None
    if function not in _SUMS or not is_known or machine.is_kept(first) or made.kwargs:
        is_fixed = isinstance(first, str | int | float | tuple)
        return _lost(machine, made) if is_in_place and not is_fixed else None
    if not all(isinstance(each, list) for each in others):
        return _lost(machine, made) if is_in_place else None
    if function == "operator.add":
        first = [*first]
    for each in others:
        machine.charge(len(each) // 8)
        if len(first) > MAX_TEXT:
            break
        first += each
    machine.changes.note(first)
    return bounded(machine, made.node, first)


_SUMS = frozenset({"operator.iadd", "operator.add"})
_IN_PLACE = frozenset(f"operator.{name}" for name in ("iadd", "iconcat", "ior", "iand", "ixor"))


def _is_own(made: Call) -> bool:
    """Return whether what `reduce` begins with has no other name."""
    return len(made.node.args) == 3 and isinstance(made.node.args[2], ast.List | ast.Dict)  # noqa: PLR2004


def _lost(machine: Machine, made: Call) -> Opaque:
    """Report that what a list has after `reduce` is known only when Python runs."""
    why = f"what `{words(made.node)}` adds to its first list is known only when Python runs"
    machine.report.gap(machine.place(made.node), "reduce", why)
    return machine.opaque(made.node, why)


def _with_templates(value: Any, late: list[Late]) -> Any:  # noqa: ANN401
    """Return data with the texts of templates that the file has itself, which JSON leaves as is."""
    if isinstance(value, dict):
        return {key: _with_templates(item, late) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_with_templates(item, late) for item in value]
    is_own = isinstance(value, Late) and value.is_text and not value.is_early
    if not is_own or json.dumps(value.template) != f'"{value.template}"':
        return value
    late.append(value)
    return value.template


def _dumped(value: object, indent: int | None = None, **given: bool) -> str:
    if given.keys() - {"sort_keys", "ensure_ascii"} or (indent or 0) > 8:  # noqa: PLR2004
        raise TypeError
    return json.dumps(value, indent=indent, **given)  # type: ignore[arg-type] # two truth values


def _substituted(pattern: str, by: str, text: str) -> str:
    """Return what `re.sub` gives, for a pattern that any text is gone through with once."""
    if not _ONE_CHARACTER.fullmatch(pattern) or _SET_SIGN.search(pattern) or "\\" in by:
        raise TypeError
    if len(text) * max(1, len(by)) > MAX_TEXT:
        raise ValueError
    return re.sub(pattern, by, text)


_SET_SIGN = lazy_pattern(r"--|&&|\|\||~~|\[\[")
"""What may have another meaning in a later Python, which warns of it."""
_ONE_CHARACTER = lazy_pattern(
    r"(?:\[\^?(?:[^]\[\\]|\\[\w.\-/])+\]|\\[sdwSDW.]|[^][\\.^$*+?{}|()])\+?"
)
"""A class of characters, or one character, and its repeats: nothing that could take long."""
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "textwrap.dedent": dedent,
    "inspect.cleandoc": cleandoc,
    "json.dumps": _dumped,
    "json.loads": json.loads,
    "re.sub": _substituted,
    "os.path.join": posixpath.join,
    "os.path.basename": posixpath.basename,
    "os.path.splitext": posixpath.splitext,
}
