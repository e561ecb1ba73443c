"""Functions of the standard library that only put data together."""

from __future__ import annotations

import itertools
import json
import math
import operator
import posixpath
import re
from contextlib import suppress
from inspect import cleandoc
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.calls.plain import MAX_TEXT, bounded
from dagctl.convert.python_file.state.items import Late, Made, settled
from dagctl.convert.python_file.state.loop_turns import MAX_TURNS, Lazy, lost_in, turns
from dagctl.convert.python_file.state.scope import items_in
from dagctl.convert.python_file.values import kept, parse_reads, records
from dagctl.convert.python_file.values.records import NEVER_CHANGED
from dagctl.convert.python_file.values.texts import rendered, weight
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dagctl.convert.python_file.state.binding import Call
    from dagctl.convert.python_file.state.machine import Machine


def call(machine: Machine, path: str, made: Call) -> Any:  # noqa: ANN401
    """Return what a function of the library gives; None: it is none that is followed."""
    return (_of_objects if path in _OF_OBJECTS else _of_data)(machine, path, made)


def _of_data(machine: Machine, path: str, made: Call) -> Any:  # noqa: ANN401
    function = _FUNCTIONS.get(path)
    if function is None:
        return None
    early = _at_each_parse(machine, path, made)
    if early is not None:
        return early
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
        return machine.only_python(made.node)
    if isinstance(value, Made):
        return value
    return rendered(bounded(machine, made.node, value), late)


def _of_objects(machine: Machine, path: str, made: Call) -> Any:  # noqa: ANN401
    if path in _OVER_LISTS:
        return _over_lists(machine, path, made)
    is_mapping = path == "dataclasses.asdict"
    return records.as_mapping(machine, made) if is_mapping else _copy(machine, path, made)


def _copy(machine: Machine, path: str, made: Call) -> Any:  # noqa: ANN401
    """Return what `copy.copy` and `copy.deepcopy` make of lists and mappings of data."""
    given = settled(made.args[0]) if len(made.args) == 1 and not made.kwargs else None
    if isinstance(given, list | dict) and not isinstance(given, Lazy) and lost_in(given) is None:
        machine.charge(items_in(given) // 8)
        if path == "copy.copy":
            return given.copy()
        with suppress(TypeError, RecursionError):  # it holds more than data
            return _deep(given)
    return machine.only_python(made.node)


def _deep(value: Any) -> Any:  # noqa: ANN401 - any value
    """Return a copy of lists and mappings in one another, with what never changes in them."""
    if isinstance(value, dict):
        return {key: _deep(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(_deep, value))
    if not isinstance(value, NEVER_CHANGED):
        raise TypeError(value)
    return value


def _over_lists(machine: Machine, path: str, made: Call) -> Any:  # noqa: ANN401
    """Return what a function of `itertools` goes over, whatever its lists hold."""
    function, size = _OVER_LISTS[path]
    lists = [arg if isinstance(arg, int) else turns(arg) for arg in made.args]
    is_known = None not in lists and not made.kwargs and not made.unknown
    try:
        count = size(*lists) if is_known else None
        if count is not None and 0 <= count <= MAX_TURNS:
            machine.charge(count)
            return machine.lazy(function(*lists), made.args, is_once=True)
    except (TypeError, ValueError):
        pass  # Python raises it too
    return machine.only_python(made.node)


def _at_each_parse(machine: Machine, path: str, made: Call) -> Any:  # noqa: ANN401
    """Return what a function gives at each parse of what is read then; None: it reads nothing."""
    if made.kwargs or made.unknown:
        return None
    if path == "json.loads" and len(made.args) == 1:
        return parse_reads.as_json(made.args[0])
    return kept.applied(machine, made.node, path, made.args) if path in _AT_PARSE else None


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
_OVER_LISTS: Mapping[str, tuple[Callable[..., Any], Callable[..., int]]] = {
    "itertools.product": (itertools.product, lambda *lists: math.prod(map(len, lists))),
    "itertools.chain": (itertools.chain, lambda *lists: sum(map(len, lists))),
    "itertools.pairwise": (itertools.pairwise, len),
    "itertools.combinations": (itertools.combinations, lambda items, r: math.comb(len(items), r)),
    "itertools.permutations": (itertools.permutations, lambda items, r: math.perm(len(items), r)),
}
"""What gives lists of lists, each with how many it gives."""
_OF_OBJECTS = frozenset({"copy.copy", "copy.deepcopy", "dataclasses.asdict", *_OVER_LISTS})
"""Functions that take more than plain data."""
_AT_PARSE = ("os.path.join", "os.path.basename")
"""What a spec may call on a path that is read at each parse."""
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "textwrap.dedent": dedent,
    "inspect.cleandoc": cleandoc,
    "json.dumps": _dumped,
    "json.loads": json.loads,
    "re.sub": _substituted,
    "operator.add": operator.add,
    "os.path.join": posixpath.join,
    "os.path.basename": posixpath.basename,
    "os.path.splitext": posixpath.splitext,
}
