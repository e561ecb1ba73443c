"""One Airflow with its providers, as entries: a column of the catalogue."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalogue_builder.base import base_tables
from catalogue_builder.classes import Class
from catalogue_builder.describe import describe, is_abstract, kind_of
from catalogue_builder.importing import unavailable
from catalogue_builder.merge import owner
from catalogue_builder.providers import decorators_of, providers_of
from catalogue_builder.roots import PACKAGES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from catalogue_builder.base import Tables
    from catalogue_builder.describe import Entry
    from catalogue_builder.module import Module
    from catalogue_builder.providers import Provider
    from catalogue_builder.tree import Tree

_EXAMPLES = ".example_dags"
_NOTHING: Mapping[str, Collection[str]] = {}


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


def extract(tree: Tree, target: str, required: Mapping[str, Collection[str]] = _NOTHING) -> Extract:
    """Return what a tree has.

    Args:
        tree: An Airflow with its providers.
        target: Its name in the lock.
        required: Distribution, then those that it always brings with it.
    """
    providers = providers_of(tree)
    classes = dict(sorted(_classes(tree)))
    for path, entry in classes.items():
        others = sorted(_other_providers(tree, path, providers, required))
        if others:
            entry["also"] = others
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


def _other_providers(
    tree: Tree, path: str, providers: list[Provider], required: Mapping[str, Collection[str]]
) -> Iterator[str]:
    """Yield the distributions that a class's module imports and that its own does not bring."""
    module = tree.module(path.rpartition(".")[0])
    own = _owner(path, providers)
    if module is None or own is None:
        return
    optional = {id(statement) for statement in _optional(module)}
    imports = (
        statement
        for statement in module.executed(module.parsed.body)
        if isinstance(statement, ast.ImportFrom) and id(statement) not in optional
    )
    owners = (_owner(module.absolute(statement) + ".", providers) for statement in imports)
    brought = {own.distribution, *required.get(own.distribution, ())}
    yield from {item.distribution for item in owners if item} - brought


def _optional(module: Module) -> Iterator[ast.AST]:
    """Yield what stands in a `try` that goes on without it."""
    for block in ast.walk(module.parsed):
        if isinstance(block, ast.Try) and not any(
            isinstance(node, ast.Raise) for handler in block.handlers for node in ast.walk(handler)
        ):
            yield from (node for statement in block.body for node in ast.walk(statement))


def _owner(path: str, providers: list[Provider]) -> Provider | None:
    """Return the provider that has an import path."""
    by_package = {provider.package: provider for provider in providers}
    return by_package.get(owner(path, list(by_package)))


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
