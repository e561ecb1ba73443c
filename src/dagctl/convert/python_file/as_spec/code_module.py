"""Code of a DAG file that stays code: a module beside the new DAG file, which imports it.

It holds definitions as they stand in the file, with the statements that they need, in the order of
the file. A statement that makes a DAG or a task is never one of them.
"""

from __future__ import annotations

import ast
import copy
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any

from dagctl.convert.outcome.ported import code_now
from dagctl.convert.python_file.as_spec.code_text import ModuleText
from dagctl.convert.python_file.as_spec.function_needs import asked_as_text, reason
from dagctl.convert.python_file.certainty.uncertain import is_about_the_path
from dagctl.convert.python_file.state.bound_names import (
    bound_names,
    free_names,
    imports_of,
    only_says,
    root,
)
from dagctl.convert.python_file.state.items import (
    Container,
    Decorated,
    Function,
    LocalClass,
    Name,
    dag_of,
)
from dagctl.convert.python_file.values.methods import Instance
from dagctl.target import target_of
from dagctl.user_code.airflow_context import GONE_IN_3
from dagctl.user_code.python.gone_imports import absent_in, moved
from dagctl.user_code.python.module_reads import fails_in_functions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.convert.outcome.report import Place, Report
    from dagctl.convert.python_file.state.machine import Machine
    from dagctl.target import Target

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IDLE = "airflow.utils.decorators.apply_defaults"
"""A decorator that does nothing since Airflow 2.0, and that Airflow 3 has not."""
_MAKES_TASKS = "a line that it needs makes a DAG or a task"
_AS_TEXT = "its line takes names of the file as text"
_CHANGED = "it is changed after the line that makes it"


class CodeModule:
    """Gathers what stays code, each with what it needs."""

    def __init__(self, machine: Machine, body: list[ast.stmt]) -> None:
        """Begin with nothing.

        Args:
            machine: Reads the file.
            body: The statements of the file.
        """
        self._machine = machine
        self._all = body
        self._scope = machine.scope
        self._target: Target = target_of(machine.target)
        self._statements: dict[ast.stmt, set[str]] = {}
        """What is taken; of an import the names."""
        self._bare: set[str] = set()
        """The functions that are taken without Airflow's decorators."""
        self._takers: dict[int, tuple[Report, Place]] = {}
        self._verdicts: dict[ast.AST, str | None] = {}
        """Why each function or class that was asked for cannot be taken; None: it is."""
        self._given: dict[str, list[ast.stmt]] | None = None
        self._lines: list[int] = []
        """Where DAGs and tasks are made, in order."""

    def path_of(self, function: Function, report: Report, subject: str) -> str | None:
        """Take a function; return its path, or None: it cannot stand in a module."""
        gone = {each.arg for each in ast.walk(function.node.args) if isinstance(each, ast.arg)}
        is_late = self._target.series == "3" and not GONE_IN_3.isdisjoint(gone)
        if is_late or self.take(function.node, report, function.place) is not None:
            return None
        path = f"{self._machine.code_module}.{function.name}"
        report.changed(function.place, subject, f"the function stands in {path} now, as it is")
        return path

    def take_classes(self) -> None:
        """Take the classes of the file that tasks are made by; report those that cannot be."""
        for kind, item in self._machine.stays_code:
            whole = dag_of(item)
            report = whole.report if whole else self._machine.file_report
            name = kind.node.name
            why = self.take(kind.node, report, item.place)
            if why is not None:
                text = f"{name} is a class of this file: write it into a module, and import it"
                report.gap(item.place, name, f"{text}; {why}")
            else:
                text = f"the class stands in the module {self._machine.code_module}, as it is"
                report.changed(item.place, name, text)

    def take(self, node: ast.AST, report: Report, place: Place) -> str | None:
        """Take a function or a class of the file, and what it needs.

        Args:
            node: What defines it.
            report: That of the DAG that needs it.
            place: Where the DAG needs it.

        Returns:
            Why it cannot be taken; None: it is.
        """
        if node not in self._verdicts:
            self._verdicts[node] = self._taken(node)
        if self._verdicts[node] is None:
            self._takers.setdefault(id(report), (report, place))
        return self._verdicts[node]

    def _taken(self, node: ast.AST) -> str | None:
        name = getattr(node, "name", "")
        value = self._scope.values.get(name)
        function = value.function if isinstance(value, Decorated) else value
        is_plain = not (isinstance(value, Decorated) and value.function.strange)
        is_it = isinstance(function, Function | LocalClass) and function.node is node
        if not is_it or not is_plain:
            return "it stands in a function, or its name means something else later"
        if self._given is None:
            self._look()
        try:
            self._gather(name)
        except _StaysError as error:
            return f"it needs `{error.name}`: {error.why}"
        if isinstance(value, Decorated):
            self._bare.add(name)
        return None

    def finish(self) -> dict[str, str]:
        """Return the module by the name of its file, if it holds anything; report what is new."""
        if not self._statements:
            return {}
        about_paths = [each for each in self._body() if is_about_the_path([each])]
        for statement in about_paths:
            self._statements.setdefault(statement, set())
        if about_paths:
            self._gather("sys")
        name = self._machine.code_module
        made = ModuleText(self._scope.origin.text).of(
            self._statements, self._bare, self._machine.file.rpartition("/")[2]
        )
        text, changes = code_now(made, self._target, is_module=True)
        failures = [*fails_in_functions(text, self._target)]
        for report, place in self._takers.values():
            for change in dict.fromkeys(changes):
                report.changed(place, f"{name}.py", change)
            for failure in failures:
                report.gap(place, f"{name}.py", failure)
        return {f"{name}.py": text}

    def _body(self) -> list[ast.stmt]:
        """Return the statements of the file, with those of each `with` of a DAG in its place."""
        body: list[ast.stmt] = []
        stack, lines = self._all[::-1], {*self._lines}
        while stack:
            statement = stack.pop()
            if isinstance(statement, ast.With) and statement.lineno in lines:
                stack += statement.body[::-1]
            else:
                body.append(statement)
        return body

    def _look(self) -> None:
        """Note what gives each name its value, and where DAGs and tasks are made."""
        items: list[Any] = [*self._machine.dags, *self._machine.orphans]
        lines: set[int] = set()
        while items:
            item = items.pop()
            if item.place.file == self._scope.origin.file:
                lines.add(item.place.line)
            items += item.children if isinstance(item, Container) else []
        self._lines = sorted(lines)
        self._given = {}
        body = self._body()
        self._machine.charge(sum(1 for each in body for _ in ast.walk(each)) // 8)
        for statement in body:
            for name in _named_by(statement):
                self._given.setdefault(name, []).append(statement)

    def _gather(self, name: str) -> None:
        """Take what gives a name its value, and what that needs in turn.

        Raises:
            _StaysError: Something of it belongs to a DAG, or is not the same in a module; then
                nothing is taken.
        """
        given, taken = self._given or {}, dict[ast.stmt, set[str]]()
        stack, seen = [name, "*"], set()  # `import *` may give any name another value
        while stack:
            each = stack.pop()
            if each in seen or self._is_idle(each):
                continue
            seen.add(each)
            self._machine.charge()
            statements = given.get(each, [])
            if each != name and each in self._scope.values:
                self._refuse(each, statements)
            for statement in statements:
                is_new = statement not in taken and statement not in self._statements
                taken.setdefault(statement, set()).add(each)
                self._refuse_statement(each, statement)
                if is_new:
                    stack += self._needed(statement, name)
        for statement, names in taken.items():
            self._statements.setdefault(statement, set()).update(names)

    def _is_idle(self, name: str) -> bool:
        return self._scope.values.get(name) == Name(_IDLE)

    def _needed(self, statement: ast.stmt, name: str) -> list[str]:
        """Return the names that a statement takes from the file."""
        if isinstance(statement, ast.Import | ast.ImportFrom):
            return []
        if getattr(statement, "name", None) == name and isinstance(
            self._scope.values.get(name), Decorated
        ):
            return free_names(ast.unparse(_without_decorators(statement)))
        source = ast.unparse(statement)
        self._machine.charge(len(source) // 100)
        own = _named_by(statement) if not isinstance(statement, _DEFINITIONS) else set()
        return [*free_names(source), *own]

    def _refuse(self, name: str, statements: list[ast.stmt]) -> None:
        """Refuse a name that means something of a DAG, or is changed by what is not taken.

        Raises:
            _StaysError: It is such a name.
        """
        value = self._scope.values.get(name)
        why = reason(value)
        if why is None and isinstance(value, list | tuple | dict):
            items = value.values() if isinstance(value, dict) else value
            why = next(filter(None, map(reason, items)), None)
        since = self._scope.named_at.get(name, 0)
        is_once = len(statements) == 1
        if why is None and is_once and self._machine.changes.is_changed(value, since):
            why = _CHANGED
        if why is None and self._scope.statements.get(name) == []:
            why = "a call of a function gives it its value"
        if isinstance(value, Instance) and not all(
            any(_stands_in(node, statement) for statement in statements) for node in value.touched
        ):
            why = _CHANGED
        if why is not None or name in self._scope.unsure:
            raise _StaysError(name, why or _CHANGED)

    def _refuse_statement(self, name: str, statement: ast.stmt) -> None:
        """Refuse a statement that makes a task, or imports what is not there.

        Raises:
            _StaysError: It is such a statement.
        """
        first, last = statement.lineno, statement.end_lineno or statement.lineno
        is_definition = isinstance(statement, _DEFINITIONS)
        if not is_definition and bisect_left(self._lines, first) < bisect_right(self._lines, last):
            raise _StaysError(name, _MAKES_TASKS)
        nodes = [*ast.walk(statement)]
        if next(asked_as_text(nodes, None), None) is not None:
            raise _StaysError(name, _AS_TEXT)
        for node in nodes:
            if isinstance(node, ast.ImportFrom) and node.level:
                raise _StaysError(name, "a relative import gives it: import it by its path")
            for path in _imported(node, name if node is statement else None):
                now = path if isinstance(node, ast.Import) else moved(path, self._target)
                absent = absent_in(now, self._target)
                if absent is not None and path != _IDLE and not isinstance(statement, ast.Try):
                    raise _StaysError(name, f"{absent.message} ({absent.way_out})")


class _StaysError(Exception):
    """Something cannot stand in a module."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(name)
        self.name, self.why = name, why


def _imported(node: ast.AST, name: str | None) -> Iterator[str]:
    """Yield the import paths of an import; with a name, that of the name alone."""
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return
    module = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
    for alias in node.names:
        own = alias.asname or alias.name.partition(".")[0]
        if name is None or own == name or alias.name == "*":
            yield f"{module}{alias.name}"


def _named_by(statement: ast.stmt) -> set[str]:
    """Return the names to which a statement of the file gives a value, or changes it."""
    if isinstance(statement, ast.ClassDef):
        stated = (each for each in ast.walk(statement) if isinstance(each, ast.Global))
        return {statement.name}.union(*(each.names for each in stated))
    if isinstance(statement, _DEFINITIONS):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return set(imports_of(statement))
    if isinstance(statement, ast.If) and "__name__" in ast.unparse(statement.test):
        return set()
    names = set(bound_names([statement]))
    for node in ast.walk(statement):
        match node:
            case (
                ast.Attribute(ctx=ast.Store() | ast.Del())
                | ast.Subscript(ctx=ast.Store() | ast.Del())
            ):
                names |= set(root(node))
            case ast.Expr(value=ast.Call(func=ast.Attribute() as function)):
                names |= set() if only_says(function) else set(root(function))
    return names


def _without_decorators(statement: ast.stmt) -> ast.stmt:
    made = copy.copy(statement)
    made.decorator_list = []  # type: ignore[attr-defined] # it is a function
    return made


def _stands_in(node: ast.AST, statement: ast.stmt) -> bool:
    line = getattr(node, "lineno", 0)
    return statement.lineno <= line <= (statement.end_lineno or statement.lineno)
