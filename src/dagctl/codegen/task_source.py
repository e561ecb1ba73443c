"""What a renderer makes of a task: the parts of the file that are its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagctl.codegen.literals import literal
from dagctl.codegen.names import variable

if TYPE_CHECKING:
    import ast
    from collections.abc import Mapping

    from dagctl.codegen.values import Import, Value


@dataclass(frozen=True, slots=True)
class FunctionSource:
    """A function of the module: its text, and the tree that the text must have."""

    text: str
    tree: ast.FunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSource:
    """One task: `<variable> = <operator>(<arguments>)`, and the function that it calls, if any."""

    task_type: str
    stem: str
    operator: Import
    arguments: Mapping[str, Value]
    function: FunctionSource | None = None

    @property
    def variable(self) -> str:
        """The name of the task's variable."""
        return variable(self.stem)

    @property
    def template(self) -> str:
        """The template of the task's definition."""
        return f"tasks/{self.task_type}.py.jinja"

    @property
    def literals(self) -> dict[str, str]:
        """The arguments as Python source."""
        return {name: literal(value, f"    {name}=") for name, value in self.arguments.items()}
