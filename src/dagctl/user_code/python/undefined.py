"""Names that code uses and does not have, as pyflakes sees it."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING

from pyflakes.checker import Checker
from pyflakes.messages import UndefinedName

from dagctl.errors import Severity
from dagctl.findings.codes import Code
from dagctl.user_code.airflow_context import CONTEXT_KEYS
from dagctl.user_code.python.findings import cut, finding, place_of_node
from dagctl.user_code.python.modules import MODULES
from dagctl.user_code.python.syntax_tree import quietly

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from dagctl.findings.problem import Problem
    from dagctl.user_code.python.source_lines import CodeText
    from dagctl.user_code.python.syntax_tree import Nodes

_BUILT_IN = frozenset(dir(builtins)) | {"__file__", "__name__", "__builtins__", "__annotations__"}
_NAMING = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.Import, ast.ImportFrom),
    *(ast.ExceptHandler, ast.AnnAssign, ast.Global, ast.Nonlocal),
    *(ast.MatchAs, ast.MatchStar, ast.MatchMapping),
)
"""What gives names a value, or takes it away, besides an assignment."""
_MOST = 100
"""Messages that are kept."""


class _Judge(Checker):  # type: ignore[misc] # pyflakes has no types
    """pyflakes with one question: which names have no value.

    What it looks for besides takes the square of the code's length.
    """

    def __init__(self, module: ast.Module, used: AbstractSet[str]) -> None:
        """Judge the module; of the built-in names it needs only those that the code uses."""
        self._used = used
        super().__init__(module)

    @property
    def builtIns(self) -> AbstractSet[str]:  # noqa: N802 - pyflakes' name
        """The names that are there before the code begins."""
        return self._used

    @builtIns.setter
    def builtIns(self, _every: AbstractSet[str]) -> None:  # noqa: N802 - pyflakes' name
        """Pass over Python's 160 names: to make a binding of each is most of the work."""

    def report(self, kind: type, *arguments: object, **options: object) -> None:
        """Keep the first messages about undefined names."""
        if kind is UndefinedName and len(self.messages) < _MOST:
            super().report(kind, *arguments, **options)

    def differentForks(self, *_: object) -> bool:  # noqa: N802 - pyflakes' name
        """Return True, so that no name is compared with what it had been before."""
        return True

    @property
    def futuresAllowed(self) -> bool:  # noqa: N802 - pyflakes' name
        """Whether `from __future__` may stand here: in a function it may not."""
        return False

    @futuresAllowed.setter
    def futuresAllowed(self, _value: bool) -> None:  # noqa: N802 - likewise
        """Pass over it: pyflakes sets it at each import."""

    def checkDeadScopes(self) -> None:  # noqa: N802 - likewise
        """Ask nothing about names that are never used."""

    def DICT(self, node: ast.Dict) -> None:  # noqa: N802 - pyflakes' name
        """Look at keys and values; whether a key stands there twice is not asked."""
        for key, value in zip(node.keys, node.values, strict=True):
            self.handleNode(key, node)
            self.handleNode(value, node)

    JOINEDSTR = Checker.handleChildren
    """Whether a text has something to fill in is not asked either."""


class _PlainJudge(_Judge):
    """The judge of code without imports: nothing it calls is of `typing`, and reads annotations."""

    CALL = Checker.handleChildren


def undefined(
    function: ast.FunctionDef | ast.AsyncFunctionDef, nodes: Nodes, source: CodeText
) -> Iterator[Problem]:
    """Yield a warning for each name that nothing gives a value, at its first place.

    Args:
        function: The code as a function of a module that has nothing else.
        nodes: Every node of the code.
        source: The text of the code.
    """
    names = nodes.of(ast.Name)
    known = {node.id for node in names} & _BUILT_IN
    if _has_all(names, known, nodes):
        return
    is_plain = not nodes.has(ast.Import, ast.ImportFrom)
    said: set[str] = set()
    for name, line, column in _judged(function, _PlainJudge if is_plain else _Judge, known):
        if name not in said and name not in _BUILT_IN:
            said.add(name)
            width = len(name.encode())
            node = ast.Name(
                name, lineno=line, col_offset=column, end_lineno=line, end_col_offset=column + width
            )
            yield finding(
                Code.PYTHON_UNDEFINED,
                f"the code has no `{cut(name)}`: Python would stop here with a NameError",
                _hint(name, nodes),
                place_of_node(node, source),
                Severity.WARNING,
            )


def _has_all(names: Sequence[ast.Name], known: set[str], nodes: Nodes) -> bool:
    """Return whether code only reads names that Python itself has, and makes none."""
    reads = all(node.id in known and isinstance(node.ctx, ast.Load) for node in names)
    return reads and not nodes.has(*_NAMING)


def _judged(
    function: ast.FunctionDef | ast.AsyncFunctionDef, judge: type[_Judge], known: set[str]
) -> list[tuple[str, int, int]]:
    """Return what pyflakes says: name, line and byte of each.

    What is nested too deeply for it gets no verdict.
    """
    module = ast.Module(body=[function], type_ignores=[])
    try:
        checked, _ = quietly(lambda: judge(module, known))
    except RecursionError:
        return []
    return sorted(
        (message.message_args[0], message.lineno, message.col)
        for message in checked.messages
        if isinstance(message, UndefinedName)
    )


_OF_OTHERS = {"null": "None", "nil": "None", "undefined": "None", "true": "True", "false": "False"}
"""Words of JSON and of other languages, with Python's own."""
_NO_VALUE = "import it in the code, or give it a value"
_SHORT = {"pd": "pandas", "np": "numpy", "plt": "matplotlib.pyplot"}
"""The short names of modules that everybody knows them by."""


def _hint(name: str, nodes: Nodes) -> str:
    if name == "context":
        return "write `**context` among the parameters of the function"
    if name == "kwargs" or name in CONTEXT_KEYS:
        key = "key" if name == "kwargs" else name
        return f'set `provide_context: true`, and write `context["{key}"]`'
    if name in _OF_OTHERS:
        return f"write `{_OF_OTHERS[name]}`"
    statement = _import(name, nodes) if name in MODULES or name in _SHORT else None
    return f"write `{statement}` in the code" if statement else _NO_VALUE


def _import(name: str, nodes: Nodes) -> str | None:
    """Return the import that fits each use of a name, or None: it may be a forgotten variable."""
    times = sum(node.id == name for node in nodes.of(ast.Name))
    read = [
        node.attr
        for node in nodes.of(ast.Attribute)
        if isinstance(node.value, ast.Name) and node.value.id == name
    ]
    if name in _SHORT:
        return f"import {_SHORT[name]} as {name}" if len(read) == times else None
    called = sum(getattr(node.func, "id", None) == name for node in nodes.of(ast.Call))
    if called == times and name in MODULES[name]:
        return f"from {name} import {name}"
    return f"import {name}" if len(read) == times and MODULES[name].issuperset(read) else None
