"""A call, and its arguments by the names of the function's parameters."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.state.bound_names import loaded_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.convert.outcome.report import Place
    from dagctl.convert.python_file.state.items import Opaque


@dataclass(slots=True)
class Bindings:
    """What each parameter is given."""

    values: dict[str, Any] = field(default_factory=dict)
    left: list[Any] = field(default_factory=list)
    """Positional arguments that no parameter takes by name."""
    unknown: dict[str, Any] = field(default_factory=dict)
    """Arguments by names that are no parameters."""


class Call:
    """A call with its arguments as values."""

    __slots__ = ("args", "is_followed", "kwargs", "node", "places", "unknown")

    def __init__(self, node: ast.Call) -> None:
        self.node = node
        self.args: list[Any] = []
        self.kwargs: dict[str, Any] = {}
        self.places: dict[str, Place] = {}
        self.is_followed = False
        """Whether the function was gone through, whatever the call gives."""
        self.unknown: Opaque | None = None
        """Why not all of its arguments are known."""


def bind(parameters: ast.arguments, args: Sequence[Any], kwargs: dict[str, Any]) -> Bindings:
    """Return the arguments of a call by name."""
    names = [parameter.arg for parameter in (*parameters.posonlyargs, *parameters.args)]
    bindings = Bindings(dict(zip(names, args, strict=False)), list(args[len(names) :]))
    allowed = {*names, *(parameter.arg for parameter in parameters.kwonlyargs)}
    for name, value in kwargs.items():
        holder = bindings.values if name in allowed else bindings.unknown
        holder[name] = value
    return bindings


def defaults_of(parameters: ast.arguments) -> dict[str, ast.expr]:
    """Return the default of each parameter that has one."""
    positional = [*parameters.posonlyargs, *parameters.args]
    late = positional[len(positional) - len(parameters.defaults) :]
    made = {
        parameter.arg: default for parameter, default in zip(late, parameters.defaults, strict=True)
    }
    for parameter, default in zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True):
        if default is not None:
            made[parameter.arg] = default
    return made


def used_at_once(
    node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
) -> list[str]:
    """Return the names whose values a definition takes when Python meets it."""
    if isinstance(node, ast.ClassDef):
        parts = [*node.bases, *node.keywords, *node.decorator_list]
        inner = [name for part in parts for name in loaded_names(part)]
        for part in node.body:
            if isinstance(part, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                inner += used_at_once(part)
            else:
                inner += loaded_names(part)
        return inner
    parts = [*defaults_of(node.args).values(), *getattr(node, "decorator_list", [])]
    return [name for part in parts for name in loaded_names(part)]
