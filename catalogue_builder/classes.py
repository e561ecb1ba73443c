"""A class statement, and what follows from it: bases, resolution order, attributes."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from catalogue_builder.entities import External

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalogue_builder.module import Module

Base: TypeAlias = "Class | External"


@dataclass(eq=False)
class Class:
    """One class statement of a module."""

    module: Module
    node: ast.ClassDef

    @property
    def name(self) -> str:
        """Its short name."""
        return self.node.name

    @property
    def path(self) -> str:
        """Its import path."""
        return f"{self.module.name}.{self.node.name}"

    @cached_property
    def bases(self) -> list[Base]:
        """Its bases, `Generic[...]` as `Generic`."""
        return [self._base(node) for node in self.node.bases]

    def _base(self, node: ast.expr) -> Base:
        plain = node.value if isinstance(node, ast.Subscript) else node
        entity = self.module.evaluate(plain)
        if isinstance(entity, (Class, External)):
            return entity
        return External(ast.unparse(plain))

    @cached_property
    def mro(self) -> list[Base]:
        """The method resolution order, as Python makes it (C3), this class first."""
        chains: list[list[Base]] = [
            list(base.mro) if isinstance(base, Class) else [base] for base in self.bases
        ]
        return [self, *_merged([*chains, list(self.bases)])]

    @cached_property
    def paths(self) -> frozenset[str]:
        """The import paths of the classes in its order."""
        return frozenset(item.path for item in self.mro if isinstance(item, Class))

    @cached_property
    def body(self) -> dict[str, ast.stmt | ast.expr]:
        """What the statement itself binds: definitions, and the values of assignments."""
        names: dict[str, ast.stmt | ast.expr] = {}
        for statement in self.module.executed(self.node.body):
            _bind(statement, names)
        return names

    def attribute(self, name: str) -> tuple[Class, ast.stmt | ast.expr] | None:
        """Return the first class in the order that binds a name, with what it binds."""
        for item in self.mro:
            if isinstance(item, Class) and name in item.body:
                return item, item.body[name]
        return None


def _bind(statement: ast.stmt, names: dict[str, ast.stmt | ast.expr]) -> None:
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            names[name] = statement
        case ast.Assign(targets=targets, value=value):
            names.update({t.id: value for t in targets if isinstance(t, ast.Name)})
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            names[name] = value
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[item, *_]
            )
        ):
            old = names.get(name)
            if isinstance(old, ast.List):  # template_fields.append("execution_date")
                names[name] = ast.List(elts=[*old.elts, item])


def _merged(chains: list[list[Base]]) -> Iterator[Base]:
    """Yield the C3 merge of the bases' orders."""
    left = [chain for chain in chains if chain]
    while left:
        heads = (chain[0] for chain in left if not any(chain[0] in other[1:] for other in left))
        head = next(heads, left[0][0])  # Python refuses the class where none is good
        yield head
        rest = ([item for item in chain if item != head] for chain in left)
        left = [chain for chain in rest if chain]
