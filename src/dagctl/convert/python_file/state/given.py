"""What is known beside a DAG file: the files of its project, and the Airflow that it is read in."""

from __future__ import annotations

import ast
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dagctl.convert.outcome.report import Place

_CAUGHT = frozenset(
    {"FileNotFoundError", "OSError", "IOError", "EnvironmentError", "Exception", "BaseException"}
)


class FilesBeside(NamedTuple):
    """What may be read of the project, by its path from the folder of the DAG file."""

    text: Callable[[str], str | None] = lambda _: None
    """Returns the text of a file; None: there is none."""
    names: Callable[[str], list[str] | None] = lambda _: None
    """Returns the names in a folder in their order; None: there is none, or too many."""
    is_absent: Callable[[str], bool] = lambda _: False
    """Returns whether nothing lies there."""
    home: str | None = None
    """The folder that has the folder `dags`, as Airflow's home has; None: it is not known."""


class AbsentFileError(Exception):
    """A file that is opened is not there: an `except` of the DAG file goes on."""

    def __init__(self, name: str, place: Place) -> None:
        super().__init__(name)
        self.name = name
        self.place = place


def handler_of(handlers: Sequence[ast.ExceptHandler]) -> ast.ExceptHandler | None:
    """Return which `except` goes on where a file is not there; None: none of them."""
    return next((handler for handler in handlers if _catches(handler.type)), None)


def _catches(kind: ast.expr | None) -> bool:
    if kind is None:
        return True
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(isinstance(each, ast.Name) and each.id in _CAUGHT for each in kinds)


class Deployment(NamedTuple):
    """The Airflow that a DAG file is read in, as far as the caller of a conversion knows it."""

    variables: Mapping[str, str] = MappingProxyType({})
    """Airflow's variables, each as the text that Airflow stores."""
    environment: Mapping[str, str] = MappingProxyType({})
    """Variables of the environment."""
