"""Functions of the standard library that only put data together."""

from __future__ import annotations

import json
import posixpath
from inspect import cleandoc
from pathlib import PurePosixPath
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.objects import File
from dagctl.convert.python_file.plain import bounded
from dagctl.convert.python_file.source_of import words
from dagctl.convert.python_file.texts import weight

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dagctl.convert.python_file.calls import Call
    from dagctl.convert.python_file.machine import Machine


def call(machine: Machine, path: str, made: Call) -> Any:  # noqa: ANN401
    """Return what a function of the library gives; None: it is none that is followed."""
    if path in _OF_FILES and made.args and isinstance(made.args[0], File):
        return _OF_FILES[path](made.args[0])
    function = _FUNCTIONS.get(path)
    if function is None:
        return None
    known = all(weight(value) is not None for value in (*made.args, *made.kwargs.values()))
    try:
        value = function(*made.args, **made.kwargs) if known else None
    except (TypeError, ValueError, AttributeError, RecursionError):
        value = None
    if value is None:
        return machine.opaque(made.node, f"`{words(made.node)}` is known only when Python runs")
    return bounded(machine, made.node, value)


def attribute(owner: File, name: str) -> Any:  # noqa: ANN401
    """Return what a path says of the DAG file: its name; None where it lies is not known."""
    path = PurePosixPath(owner.name)
    known = {"stem": path.stem, "name": path.name, "suffix": path.suffix}
    return known.get(name)


_OF_FILES: Mapping[str, Callable[[File], Any]] = {
    "pathlib.Path": lambda file: file,
    "pathlib.PurePath": lambda file: file,
    "os.path.realpath": lambda file: file,
    "os.path.abspath": lambda file: file,
    "os.path.basename": lambda file: PurePosixPath(file.name).name,
}


def _dumped(value: object, indent: int | None = None, **given: bool) -> str:
    if given.keys() - {"sort_keys", "ensure_ascii"} or (indent or 0) > 8:  # noqa: PLR2004
        raise TypeError
    return json.dumps(value, indent=indent, **given)  # type: ignore[arg-type] # two truth values


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "textwrap.dedent": dedent,
    "inspect.cleandoc": cleandoc,
    "json.dumps": _dumped,
    "json.loads": json.loads,
    "os.path.join": posixpath.join,
    "os.path.basename": posixpath.basename,
    "os.path.splitext": posixpath.splitext,
}
