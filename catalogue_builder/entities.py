"""What a name can mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import ast

    from catalogue_builder.classes import Class
    from catalogue_builder.module import Module


@dataclass(frozen=True)
class External:
    """Something outside of the tree."""

    name: str
    """Its dotted name."""


@dataclass(frozen=True)
class Value:
    """A name that an expression is assigned to."""

    module: Module
    node: ast.expr


@dataclass(frozen=True)
class Function:
    """A function of a module."""

    module: Module
    node: ast.FunctionDef | ast.AsyncFunctionDef


Entity: TypeAlias = "Class | External | Function | Module | Value"
