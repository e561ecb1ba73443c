"""All files of one Airflow version as one tree of modules."""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING

from packaging.version import Version as PackageVersion

from catalogue_builder.classes import Class
from catalogue_builder.conditions import padded, truth
from catalogue_builder.entities import External
from catalogue_builder.module import Module

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from catalogue_builder.conditions import Version
    from catalogue_builder.entities import Entity


class Tree:
    """The modules of one Airflow and some providers: of the package `airflow` alone.

    Args:
        files: Paths such as `airflow/models/dag.py` with their text.
        airflow: The version that the sources find themselves on, as `2.11.2`.
    """

    def __init__(self, files: Mapping[str, str], airflow: str) -> None:
        self.files = files
        self.airflow: Version = padded(PackageVersion(airflow).base_version.split(".")[:3])
        self.importing: set[str] = set()
        """Modules whose importability is being decided; a second visit is a circle."""
        self._modules: dict[str, Module | None] = {}
        self._classes: dict[int, Class] = {}

    def truth(self, test: ast.expr) -> bool | None:
        """Return what a condition is on this Airflow, or None where it is about something else."""
        return truth(test, self.airflow)

    def module(self, name: str) -> Module | None:
        """Return the module of that dotted name, or None where no file is it."""
        if name not in self._modules:
            self._modules[name] = self._load(name)
        return self._modules[name]

    def _load(self, name: str) -> Module | None:
        path = name.replace(".", "/")
        for file in (f"{path}/__init__.py", f"{path}.py"):
            if file in self.files:
                return Module(self, name, file)
        return None

    @cached_property
    def _folders(self) -> frozenset[str]:
        parents = (file.split("/")[:-1] for file in self.files)
        return frozenset(
            ".".join(parts[:length]) for parts in parents for length in range(1, len(parts) + 1)
        )

    def has(self, name: str) -> bool:
        """Return whether something of that dotted name can be imported."""
        return self.module(name) is not None or name in self.moved_names or name in self._folders

    def find(self, module: str, name: str) -> Entity | None:
        """Return what `from module import name` brings, or None where it certainly fails."""
        source = self.module(module)
        return source.get(name) if source is not None else self.moved(module, name)

    def at(self, path: str) -> Entity | None:
        """Return what stands at a dotted path, or None."""
        module, _, name = path.rpartition(".")
        return self.find(module, name)

    def moved(self, module: str, name: str) -> Entity | None:
        """Return what an old place of a name leads to, or None."""
        table = self.moved_names.get(module, {})
        if name in table:
            return self.at(table[name])
        if "*" in table and not name.startswith("__"):
            return self.find(table["*"], name)
        path = f"{module}.{name}"
        return self.module(path) or (External(path) if path in self.moved_names else None)

    def class_of(self, module: Module, node: ast.ClassDef) -> Class:
        """Return the class of a statement, the same object each time."""
        return self._classes.setdefault(id(node), Class(module, node))

    def modules_under(self, package: str) -> Iterator[Module]:
        """Yield the modules of a package, in the order of their paths."""
        folder = package.replace(".", "/") + "/"
        for file in sorted(path for path in self.files if path.startswith(folder)):
            if file.endswith(".py"):
                module = self.module(dotted(file))
                if module is not None and module.file == file:
                    yield module

    @cached_property
    def moved_names(self) -> dict[str, dict[str, str]]:
        """Modules, files or not, with the names that warn there and where each one is now.

        Airflow makes them with `add_deprecated_classes`.
        """
        tables: dict[str, dict[str, str]] = {}
        for file, text in self.files.items():
            if "add_deprecated_classes(" in text:
                module = self.module(dotted(file))
                for name, table in _deprecations(module) if module else ():
                    tables.setdefault(name, {}).update(table)
        return tables


def dotted(file: str) -> str:
    """Return the name of the module that a file is."""
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _deprecations(module: Module) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield what each call of `add_deprecated_classes` at the top of a module says."""
    for statement in module.executed(module.parsed.body):
        match statement:
            case ast.Expr(
                value=ast.Call(func=ast.Name(id="add_deprecated_classes"), args=[table, *_])
            ):
                yield from _tables(module, table)


def _tables(module: Module, table: ast.expr) -> Iterator[tuple[str, dict[str, str]]]:
    if isinstance(table, ast.Name):
        table = module.assigned(table.id) or table
    if not isinstance(table, ast.Dict):
        return
    for key, value in zip(table.keys, table.values, strict=True):
        name = _module_name(module, key)
        if name is not None:
            try:
                yield name, ast.literal_eval(value)
            except ValueError:  # made by running code
                continue


def _module_name(module: Module, key: ast.expr | None) -> str | None:
    match key:
        case ast.Constant(value=str(name)):
            return f"{module.name}.{name}"
        case ast.Name(id="__name__"):
            return module.name
    return None
