"""Names of a DAG file: what each means, and the statement that says so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator


class SourceFile(NamedTuple):
    """The file whose names a scope has."""

    file: str
    text: str
    module: str = ""
    """Its dotted name, where another file imports it by that."""


_NOWHERE = SourceFile("", "")


@dataclass(eq=False, slots=True)
class Scope:
    """The names of the file, or of a call of one of its functions."""

    parent: Scope | None = None
    own_origin: SourceFile | None = None
    """The file; None in the scope of a call."""
    values: dict[str, Any] = field(default_factory=dict)
    statements: dict[str, list[ast.stmt]] = field(default_factory=dict)
    """What gives each name its value, in the order of the file."""

    def around(self) -> Iterator[Scope]:
        """Yield the scope and those around it."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    @property
    def origin(self) -> SourceFile:
        """The file that the scope belongs to."""
        known = (scope.own_origin for scope in self.around())
        return next(filter(None, known), _NOWHERE)

    def holder(self, name: str) -> Scope | None:
        """Return the scope that has a name, or None."""
        return next((scope for scope in self.around() if name in scope.values), None)

    def put(self, name: str, value: object, statement: ast.stmt | None = None) -> None:
        """Give a name its value."""
        self.values[name] = value
        if statement is not None:
            known = self.statements.setdefault(name, [])
            if statement not in known[-2:]:
                known.append(statement)
