"""What the parts of a module share while it is built."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dagctl.codegen.imports import Imports
from dagctl.codegen.names import function

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Mapping

    from dagctl.spec.target import Target


@dataclass(frozen=True, slots=True)
class Piece:
    """One statement of the module: its text, and the tree that the text must have."""

    text: str
    tree: Callable[[], ast.stmt]
    """Makes the tree; a function's is as large as its code, and is needed for a moment only."""


@dataclass(slots=True)
class Scope:
    """The target, the names, and what the tasks need of the module around them."""

    target: Target
    names: Mapping[str, str]
    """The identifier that is made of each task id."""
    imports: Imports = field(default_factory=Imports)
    zone: str | None = None
    """The time zone of the DAG; None: UTC."""
    functions: list[Piece] = field(default_factory=list)
    """The functions that the tasks call, in their order."""
    _further: set[str] = field(default_factory=set)
    """What the names of functions begin with that are no task's own."""

    def free_function(self, stem: str) -> str:
        """Return the name of a further function, different from that of every task's own."""
        if not self._further:
            self._further |= {*self.names.values()}
        chosen, number = stem, 2
        while chosen in self._further:
            chosen, number = f"{stem}_{number}", number + 1
        self._further.add(chosen)
        return function(chosen)

    def use(self, modules: Mapping[str, str], attribute: str) -> ast.Name:
        """Return the name of an object that stands in another module for each series."""
        return self.imports.use(modules[self.target.series], attribute)
