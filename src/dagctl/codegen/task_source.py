"""What a renderer makes of a task: the parts of the file that are its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from unicodedata import ucd_3_2_0

from dagctl.codegen.literals import literal
from dagctl.codegen.names import variable
from dagctl.spec.python_code.function import LINE_LENGTH

if TYPE_CHECKING:
    import ast
    from collections.abc import Mapping

    from dagctl.codegen.values import Import, Value


@dataclass(frozen=True, slots=True)
class FunctionSource:
    """A function of the module: its text, and the tree that the text must have."""

    text: str
    tree: ast.FunctionDef


@dataclass(frozen=True, slots=True)
class Parentheses:
    """The text before a call, before each of its further lines, and behind it."""

    opening: str
    indent: str
    closing: str


_NONE = Parentheses("", "", "")
_AROUND = Parentheses("(\n    ", "    ", "\n)")


@dataclass(frozen=True, kw_only=True)
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

    @cached_property
    def literals(self) -> dict[str, str]:
        """The arguments as Python source."""
        return {name: literal(value, f"    {name}=") for name, value in self.arguments.items()}

    @cached_property
    def parentheses(self) -> Parentheses:
        """What `ruff format` puts around a call whose first line is too long, if that helps."""
        room = LINE_LENGTH - len(f"{self.variable} = (")
        helps = 0 <= room < len(self.operator.name) and all(
            _last_width(f"        {name}={value},") <= LINE_LENGTH
            for name, value in self.literals.items()
        )
        return _AROUND if helps else _NONE


def _last_width(lines: str) -> int:
    """Return the columns of the last line, by which `ruff format` judges a text of several."""
    last = lines.rpartition("\n")[2]
    return sum(2 if ucd_3_2_0.east_asian_width(char) in "FW" else 1 for char in last)
