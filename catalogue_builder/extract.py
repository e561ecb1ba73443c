"""One Airflow with its providers, as entries: a column of the catalogue."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalogue_builder.base import base_tables
from catalogue_builder.classes import Class
from catalogue_builder.describe import describe, is_abstract, kind_of
from catalogue_builder.importing import unavailable
from catalogue_builder.providers import decorators_of, providers_of
from catalogue_builder.roots import PACKAGES
from catalogue_builder.tree import Tree
from catalogue_builder.wheels import key, sources, wheel_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from catalogue_builder.base import Tables
    from catalogue_builder.describe import Entry
    from catalogue_builder.lock import Lock, Target
    from catalogue_builder.module import Module

_EXAMPLES = ".example_dags"


@dataclass(frozen=True)
class Extract:
    """What one Airflow has."""

    target: str
    classes: dict[str, Entry]
    """Import path, then entry; only what can be imported and used there."""
    packages: dict[str, str]
    """Distribution, then its package."""
    base: Tables
    decorators: dict[str, str]
    """Names of `task.*`, each with its operator's class."""
    moved: dict[str, str]
    """Import paths that still work but warn, each with the class's own path."""
    imported: dict[str, str]
    """Import paths of modules that import a class from another, each with the class's own path."""


def tree_of(lock: Lock, target: Target, folder: Path) -> Tree:
    """Return the tree of an Airflow and the providers that it can have.

    Raises:
        WheelError: A wheel is missing, or is not the one of the lock.
    """
    files: dict[str, str] = {}
    for name, version in sorted(lock.of_target(target).items()):
        wheel = key(name, version)
        files |= sources(wheel_of(folder, wheel, lock.wheels[wheel]))
    return Tree(files, target.version)


def extract(tree: Tree, target: str) -> Extract:
    """Return what a tree has."""
    providers = providers_of(tree)
    classes = dict(sorted(_classes(tree)))
    return Extract(
        target=target,
        classes=classes,
        packages={provider.distribution: provider.package for provider in providers},
        base=base_tables(tree),
        decorators=decorators_of(tree, providers),
        moved=dict(sorted(_moved(tree))),
        imported=dict(sorted(_imported(tree, classes))),
    )


def _classes(tree: Tree) -> Iterator[tuple[str, Entry]]:
    known: dict[str, str | None] = {}
    for package in PACKAGES:
        for module in tree.modules_under(package):
            if _EXAMPLES not in module.name:
                yield from _classes_of(module, known)


def _classes_of(module: Module, known: dict[str, str | None]) -> Iterator[tuple[str, Entry]]:
    for statement in module.executed(module.parsed.body):
        if isinstance(statement, ast.ClassDef):
            cls = module.tree.class_of(module, statement)
            kind = kind_of(cls)
            usable = kind and (kind == "decorated" or not is_abstract(cls))
            if kind and usable and unavailable(module, known) is None:
                yield cls.path, describe(cls, kind)


def _moved(tree: Tree) -> Iterator[tuple[str, str]]:
    for module, table in tree.moved_names.items():
        for name, place in table.items():
            cls = tree.at(place) if name != "*" else None
            if isinstance(cls, Class) and kind_of(cls):
                yield f"{module}.{name}", cls.path


def _imported(tree: Tree, classes: dict[str, Entry]) -> Iterator[tuple[str, str]]:
    """Yield the places where a class can be imported too, since their modules import it."""
    names = {path.rpartition(".")[2] for path in classes}
    for package in PACKAGES:
        for module in tree.modules_under(package):
            for name in () if _EXAMPLES in module.name else names & module.bindings.keys():
                cls = module.get(name)
                path = f"{module.name}.{name}"
                if isinstance(cls, Class) and cls.path in classes and cls.path != path:
                    yield path, cls.path
