"""One file of a tree: which statements run on its Airflow, and what each name means there."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from catalogue_builder.bindings import bindings, imports_for_typing
from catalogue_builder.classes import Class
from catalogue_builder.entities import External, Function, Value
from catalogue_builder.lazy_tables import lazy_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalogue_builder.bindings import Binding
    from catalogue_builder.entities import Entity
    from catalogue_builder.lazy_tables import Place
    from catalogue_builder.tree import Tree


@dataclass(eq=False)
class Module:
    """One file of the tree."""

    tree: Tree
    name: str
    file: str
    _busy: set[str] = field(default_factory=set)

    @property
    def text(self) -> str:
        """The source."""
        return self.tree.files[self.file]

    @cached_property
    def parsed(self) -> ast.Module:
        """The source, parsed."""
        return ast.parse(self.text)

    @property
    def package(self) -> str:
        """What a relative import starts from."""
        inside = self.file.endswith("/__init__.py")
        return self.name if inside else self.name.rpartition(".")[0]

    def absolute(self, statement: ast.ImportFrom) -> str:
        """Return the module that an import statement names."""
        if not statement.level:
            return statement.module or ""
        parts = self.package.split(".")
        parts = parts[: len(parts) - statement.level + 1]
        return ".".join([*parts, statement.module] if statement.module else parts)

    # --- Statements ---

    def executed(self, body: list[ast.stmt], *, certain: bool = False) -> Iterator[ast.stmt]:
        """Yield the statements that run on this Airflow, `if`, `try` and `with` taken apart.

        Args:
            body: The statements of a block.
            certain: Leave out what stands under a condition that cannot be decided here.
        """
        for statement in body:
            if isinstance(statement, ast.If):
                yield from self._chosen(statement, certain=certain)
            elif isinstance(statement, ast.Try):
                works = all(self._importable(inner) for inner in statement.body)
                handler = statement.handlers[0].body if statement.handlers else []
                taken = [*statement.body, *statement.orelse] if works else handler
                yield from self.executed(taken, certain=certain)
            elif isinstance(statement, ast.With):
                yield from self.executed(statement.body, certain=certain)
            else:
                yield statement

    def _chosen(self, statement: ast.If, *, certain: bool) -> Iterator[ast.stmt]:
        decided = self.tree.truth(statement.test)
        if decided is not None:
            chosen = statement.body if decided else statement.orelse
            yield from self.executed(chosen, certain=certain)
        elif not certain:  # both, and what is written first wins where they disagree
            yield from self.executed(statement.orelse)
            yield from self.executed(statement.body)

    def _importable(self, statement: ast.stmt) -> bool:
        """Return False for an import of Airflow's that certainly fails."""
        if isinstance(statement, ast.ImportFrom):
            source = self.absolute(statement)
            if not source.startswith("airflow"):
                return True
            return all(self.tree.find(source, alias.name) is not None for alias in statement.names)
        if isinstance(statement, ast.Import):
            ours = (alias.name for alias in statement.names if alias.name.startswith("airflow."))
            return all(self.tree.has(name) for name in ours)
        return True

    def live(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield what `ast.walk` does, without the branches that do not run on this Airflow."""
        yield node
        children: list[ast.AST] = list(ast.iter_child_nodes(node))
        if isinstance(node, ast.If):
            decided = self.tree.truth(node.test)
            taken = node.body if decided is not False else []
            other = node.orelse if decided is not True else []
            children = [node.test, *taken, *other]
        for child in children:
            yield from self.live(child)

    # --- Names ---

    @cached_property
    def bindings(self) -> dict[str, Binding]:
        """What the statements of the module bind."""
        return bindings(self)

    @cached_property
    def _lazy(self) -> dict[str, list[Place]]:
        return lazy_names(self)

    @cached_property
    def _for_typing(self) -> dict[str, Place]:
        return imports_for_typing(self)

    def assigned(self, name: str) -> ast.expr | None:
        """Return the expression that a name is assigned, or None."""
        binding = self.bindings.get(name)
        return binding if isinstance(binding, ast.expr) else None

    def get(self, name: str) -> Entity | None:
        """Return what a name of this module means, or None where the module has no such name."""
        if name in self._busy:  # a module that imports from itself, in a circle
            return None
        self._busy.add(name)
        try:
            return self._get(name)
        finally:
            self._busy.discard(name)

    def _get(self, name: str) -> Entity | None:  # noqa: PLR0911 - a form of binding each
        binding = self.bindings.get(name)
        if binding is None:
            places = (self.tree.find(*place) for place in self._lazy.get(name, ()))
            lazy = next((entity for entity in places if entity is not None), None)
            return lazy or self.tree.moved(self.name, name)
        if isinstance(binding, ast.ClassDef):
            return self.tree.class_of(self, binding)
        if isinstance(binding, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return Function(self, binding)
        if isinstance(binding, str):
            return self.tree.module(binding) or External(binding)
        if isinstance(binding, tuple):
            return self.tree.find(*binding) or External(".".join(binding))
        if isinstance(binding, (ast.Name, ast.Attribute)):
            entity = self.evaluate(binding)
            if entity is not None:
                return entity
        return Value(self, binding)

    def evaluate(self, node: ast.expr) -> Entity | None:
        """Return what `a` or `a.b.c` means, or None if it is nothing of that kind."""
        if isinstance(node, ast.Name):
            return self.get(node.id)
        if isinstance(node, ast.Attribute):
            return _member(self.evaluate(node.value), node.attr)
        if isinstance(node, ast.IfExp):
            chosen = node.orelse if self.tree.truth(node.test) is False else node.body
            return self.evaluate(chosen)
        return None

    def annotated(self, node: ast.expr) -> Entity | None:
        """Return what a name in an annotation means; type checkers see more names."""
        entity = self.evaluate(node)
        if entity is None and isinstance(node, ast.Name) and node.id in self._for_typing:
            place = self._for_typing[node.id]
            return self.tree.find(*place) or External(".".join(place))
        return entity


def _member(owner: Entity | None, name: str) -> Entity | None:
    if isinstance(owner, Module):
        return owner.get(name)
    if isinstance(owner, External):
        return External(f"{owner.name}.{name}")
    if isinstance(owner, Class):
        place = owner.attribute(name)
        if place and isinstance(place[1], ast.expr):
            return Value(place[0].module, place[1])
    return None
