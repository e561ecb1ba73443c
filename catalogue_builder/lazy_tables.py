"""The tables that stand behind a module's `__getattr__`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalogue_builder.module import Module

Place = tuple[str, str]
"""A module and a name in it."""


def lazy_names(module: Module) -> dict[str, list[Place]]:
    """Return each name of the tables, with the places to be tried in order."""
    return {
        name: places
        for table, read in _TABLES.items()
        for name, value in _literal(module, table).items()
        if (places := list(read(module, name, value)))
    }


def _literal(module: Module, table: str) -> dict[str, Any]:
    node = module.assigned(table)
    if node is None:
        return {}
    try:
        value = ast.literal_eval(node)
    except ValueError:  # made by running code
        return {}
    return value if isinstance(value, dict) else {}


def _same_name(module: Module, name: str, value: str | tuple[str, ...]) -> Iterator[Place]:
    """`{"BaseHook": ("airflow.sdk", "airflow.hooks.base")}`: modules that have the name."""
    for path in value if isinstance(value, tuple) else (value,):
        yield _absolute(module, path), name


def _renamed(module: Module, name: str, value: tuple[str, str, str]) -> Iterator[Place]:
    """`{"Asset": ("airflow.sdk", "airflow.datasets", "Dataset")}`."""
    new, old, old_name = value
    yield _absolute(module, new), name
    yield _absolute(module, old), old_name


def _modules(module: Module, _name: str, value: str | tuple[str, ...]) -> Iterator[Place]:
    """`{"timezone": ("airflow.sdk.timezone", "airflow.utils.timezone")}`: whole modules."""
    for path in value if isinstance(value, tuple) else (value,):
        yield _split(module, path)


def _lazy(module: Module, name: str, value: Any) -> Iterator[Place]:  # noqa: ANN401 - a literal
    """`{"DAG": (".models.dag", "DAG")}`, or the name of a module alone."""
    if isinstance(value, tuple):
        yield _split(module, value[0] + ("." + value[1] if value[1] else ""))
    else:
        yield _absolute(module, value), name


def _split(module: Module, path: str) -> Place:
    owner, _, name = _absolute(module, path).rpartition(".")
    return owner, name


def _absolute(module: Module, path: str) -> str:
    return module.package + path if path.startswith(".") else path


_TABLES = {
    "_IMPORT_MAP": _same_name,
    "_RENAME_MAP": _renamed,
    "_MODULE_MAP": _modules,
    "__lazy_imports": _lazy,
    "__deprecated_imports": _lazy,
}
