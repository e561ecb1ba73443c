"""`PythonCode`: code that was checked, ready to be placed in a function."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Literal

from dagctl.findings.problem import Warnings
from dagctl.frozen import frozen
from dagctl.user_code.python.code_reads import Reads
from dagctl.user_code.python.syntax_tree import parse_quietly

if TYPE_CHECKING:
    import ast


@frozen(kw_only=True)
class PythonCode:
    """The user's code without its margin and outer blank lines.

    It holds no tree, so that it costs little to keep.
    """

    form: Literal["def", "body"]
    """One `def`, or the lines of a body."""
    text: str
    string_lines: frozenset[int]
    """The lines, counted from 1, that begin inside a string literal."""
    nested: bool = False
    """Whether the `def` must stand inside another function to keep its meaning."""
    is_plain: bool = False
    """Whether four spaces before each line of it can change nothing: it means the same there."""
    is_callback: bool = False
    """Whether Airflow calls it with the context as its one argument."""
    is_generator: bool = False
    """Whether it yields what it says of assets."""
    gives_nothing: bool = False
    """Whether a task with it surely has no output: no `return` has a value."""
    is_async: bool = False
    """Whether it is an `async def`."""
    warnings: Warnings = field(default_factory=Warnings)
    reads: Reads = field(default_factory=Reads)
    """What it reads of Airflow; what is wrong with that depends on the DAG and the target."""

    def statements(self) -> list[ast.stmt]:
        """Return the tree of the code, read again."""
        return parse_quietly(self.text).body
