"""Reads the statements of a DAG file in their order, within bounds, and keeps what they make.

Nothing of the file is run: names, literals, and calls of what Airflow has are followed; everything
else becomes an `Opaque` value, which is reported where a DAG needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from dagctl.convert.outcome.report import Place, Report
from dagctl.convert.python_file.state.given import AbsentFileError, handler_of
from dagctl.convert.python_file.state.items import Dag, Opaque, TaskGroup
from dagctl.convert.python_file.state.kept_call import KeptCall
from dagctl.convert.python_file.state.loop_turns import Lazy, lost_in
from dagctl.convert.python_file.state.scope import Changes, Scope
from dagctl.convert.python_file.state.source_tree import code_module, refused, words
from dagctl.findings.codes import Code

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Collection, Iterable, Sequence
    from datetime import date

    from dagctl.convert.python_file.state.given import Deployment, FilesBeside
    from dagctl.convert.python_file.state.items import (
        Decorated,
        Function,
        LocalClass,
        Task,
    )
    from dagctl.convert.python_file.state.kept_call import Unknown
    from dagctl.convert.python_file.state.parse_read import ParseRead
    from dagctl.convert.python_file.state.scope import SourceFile

MAX_STEPS = 400_000
"""Parts of the file that are looked at, each turn of a loop counted again."""
MAX_MODULE_STEPS = 20_000
"""The same of a module that the file imports."""
MAX_TASKS = 10_000
MAX_DAGS = 2_000


class Grammar(NamedTuple):
    """How a part of the file is followed. It is handed in: what follows parts holds the machine."""

    expression: Callable[[Machine, ast.expr, Scope], Any]
    statements: Callable[[Machine, Sequence[ast.stmt], Scope], Any]


class Project(Protocol):
    """The modules and the texts beside the file, and the Airflow that reads it."""

    deployment: Deployment
    files: FilesBeside

    def value(self, machine: Machine, path: str) -> Any:  # noqa: ANN401 - any value of Python
        """Return the data that an import path names, or `UNKNOWN`."""

    def text_beside(self, name: str) -> str | None:
        """Return the text of a file beside the DAG file, or None."""

    def is_object(self, machine: Machine, path: str) -> bool:
        """Return whether a module of the project makes what a path names."""

    def star_names(self, machine: Machine, module: str) -> list[str] | None:
        """Return the names that `import *` takes from a module, or None."""

    def definition(self, machine: Machine, path: str) -> Function | Decorated | LocalClass | None:
        """Return the function or the class that an import path names, or None."""


class Machine:
    """What is known of a file while it is read."""

    def __init__(  # noqa: PLR0913, PLR0917 - the file, and what it depends on
        self,
        origin: SourceFile,
        target: str,
        today: date,
        project: Project,
        grammar: Grammar,
        kept: Collection[KeptCall] = (),
    ) -> None:
        self.origin = origin
        """The file whose lines are followed: that of the DAGs, or one whose function is called."""
        self._first = origin
        self.modules = project
        self._grammar = grammar
        self._most_steps = MAX_STEPS
        self.target = target
        self.today = today
        self.scope = Scope(own_origin=origin)
        self.dags: list[Dag] = []
        self.around: list[Dag | TaskGroup] = []
        """The DAG and the groups whose `with` is open."""
        self.enclosed: list[list[Task]] = []
        """The tasks that are made in each `with` of a teardown that is open."""
        self.calls = 0
        self.entered = 0
        """Calls of functions that were gone through so far."""
        self.orphans: list[Task | TaskGroup] = []
        """Tasks that belong to no DAG yet."""
        self._file_report = Report()
        self._steps = self._made = 0
        self.reads: list[ParseRead] = []
        """Where the file reads variables whose values were given."""
        self.own_environment: dict[str | None, object] = {}
        """Variables of the environment that the file sets; None: any of them may be."""
        self._kept: dict[int, object] = {}
        self.changes = Changes()
        self.unknown: list[Unknown] = []
        """Calls that may make a task; what a task needs of them is looked at later."""
        self.asked: ast.expr | None = None
        """The expression that is called, or asked for an attribute, and is evaluated next."""
        self.effects = 0
        """Tasks, groups, DAGs and edges that were made so far."""
        self.kept = kept
        """Calls of functions that stay calls: what they make is not followed."""
        self.followed: list[tuple[KeptCall, SourceFile, ast.AST]] = []
        """Functions of other modules that made something, each with the call that led there."""
        self.edge_values: set[int] = set()
        """Which of `unknown` give the ends of edges: by the identity of their values."""
        self.leading: KeptCall | None = None
        """The call of a function of another module that is being gone through."""
        self.handlers: list[Sequence[ast.ExceptHandler]] = []
        """Each `except` of the `try` statements that are being followed."""
        self.stays_code: list[tuple[LocalClass, Task]] = []
        """The classes of the file that tasks are made by, each with its task."""
        self._is_imported_in_try = False
        self.may_stop = False
        """Whether an error may be raised in it that leads to an `except`."""

    @property
    def file(self) -> str:
        """The name of the file whose lines are followed."""
        return self.origin.file

    @property
    def code_module(self) -> str:
        """The name of the module that has what stays code of the DAG file."""
        return code_module(self._first.file)

    def charge(self, steps: int = 1) -> None:
        """Count some work, and stop where it is too much.

        Raises:
            SpecError: The file asks for more than a DAG file may.
        """
        self._steps += steps
        if self._steps > self._most_steps:
            message = "its loops make more than can be followed"
            raise refused(self.file, 1, Code.TOO_COSTLY, message)

    def count(self, item: object) -> None:
        """Count a DAG, a group or a task.

        Raises:
            SpecError: There are more than a spec may have.
        """
        self._made += 1
        self.effects += 1
        if self._made > MAX_TASKS or len(self.dags) > MAX_DAGS:
            what = "DAGs" if isinstance(item, Dag) else "tasks"
            raise refused(self.file, 1, Code.TOO_MANY_TASKS, f"the file has too many {what}")

    def keep(self, value: object) -> None:
        """Let nothing that the file does change the lists and mappings of a value.

        A template that reads the value would not have the change.
        """
        stack = [value]
        while stack:
            item = stack.pop()
            if isinstance(item, dict | list):
                self._kept[id(item)] = item
                stack += item.values() if isinstance(item, dict) else item

    def is_kept(self, value: object) -> bool:
        """Return whether a value was given, and so may not be changed."""
        return id(value) in self._kept

    def lazy(self, items: Iterable[Any], over: Iterable[object], *, is_once: bool) -> Lazy:
        """Return what goes over lists and mappings later: it has what these have by then."""
        made = Lazy(items, is_once=is_once)
        for container in over:
            if isinstance(container, list | dict | set):
                self.changes.hold(made, container)
        return made

    def forget_unknown(self, value: object) -> None:
        """Take back that the last call may make a task: it is known that it makes none."""
        if self.unknown and self.unknown[-1].value is value:
            self.unknown.pop()

    def beside(self, origin: SourceFile) -> Machine:
        """Return what reads a module that the file imports."""
        inner = Machine(origin, self.target, self.today, self.modules, self._grammar)
        inner._most_steps = MAX_MODULE_STEPS
        inner.reads, inner.own_environment = self.reads, self.own_environment
        inner._kept, inner.changes = self._kept, self.changes
        inner._is_imported_in_try = self.may_catch
        return inner

    @property
    def may_catch(self) -> bool:
        """Whether an error that is raised now may lead to an `except`."""
        return self._is_imported_in_try or any(self.handlers)

    @property
    def is_beside(self) -> bool:
        """Whether a module that the file imports is being read."""
        return self._most_steps == MAX_MODULE_STEPS

    @property
    def is_in_the_dag_file(self) -> bool:
        """Whether the line that is followed stands in the DAG file itself."""
        return self.origin is self._first and not self.is_beside

    @property
    def deployment(self) -> Deployment:
        """The Airflow that the file is read in."""
        return self.modules.deployment

    def text_beside(self, name: str, place: Place | None = None) -> str | None:
        """Return the text of a file of the project; None: there is no such file.

        Args:
            name: Its path from the folder of the DAG file.
            place: Where the file opens it.

        Raises:
            AbsentFileError: It is not there, and an `except` of the file says what follows.
        """
        text = self.modules.text_beside(name)
        is_caught = place is not None and any(map(handler_of, self.handlers))
        if text is None and place is not None and is_caught and self.modules.files.is_absent(name):
            raise AbsentFileError(name, place)
        return text

    def state(self) -> tuple[int, ...]:
        """Return what an error changes back: how deep the statements stand in others."""
        return len(self.around), len(self.enclosed), self.calls, len(self.handlers)

    def restore(self, state: tuple[int, ...]) -> None:
        """Go back to where a `try` stands."""
        around, enclosed, self.calls, handlers = state
        del self.around[around:], self.enclosed[enclosed:], self.handlers[handlers:]

    def imported(self, path: str) -> Any:  # noqa: ANN401 - any value of Python
        """Return the data that an import path names in the project, else `UNKNOWN`."""
        return self.modules.value(self, path)

    def definition(self, path: str) -> Function | Decorated | LocalClass | None:
        """Return the function or the class of the project that an import path names, or None."""
        return self.modules.definition(self, path)

    def place(self, node: ast.AST) -> Place:
        """Return where a node stands."""
        return Place(self.file, getattr(node, "lineno", 1))

    def key(self, node: ast.Call) -> KeptCall:
        """Return what a call is known by."""
        end = node.end_lineno, node.end_col_offset
        return KeptCall(self.file, node.lineno, node.col_offset, end)

    @property
    def report(self) -> Report:
        """The report of the DAG that is open, or that of the file."""
        first = next((item for item in self.around if isinstance(item, Dag)), None)
        return first.report if first else self._file_report

    @property
    def file_report(self) -> Report:
        """The report on what belongs to no DAG."""
        return self._file_report

    def evaluate(self, node: ast.expr, scope: Scope) -> Any:  # noqa: ANN401 - any value of Python
        """Return the value of an expression."""
        self.charge()
        value = self._grammar.expression(self, node, scope)
        return lost_in(value) or value

    def run(self, body: Sequence[ast.stmt], scope: Scope) -> Any:  # noqa: ANN401
        """Follow statements; return what a `return` gives, or None."""
        before, self.origin = self.origin, scope.origin
        try:
            return self._grammar.statements(self, body, scope)
        finally:
            self.origin = before

    def opaque(self, node: ast.AST, why: str) -> Opaque:
        """Return the value of something that cannot be followed."""
        return Opaque(why, self.place(node))

    def only_python(self, node: ast.AST) -> Opaque:
        """Return the value of something that Python alone would know."""
        return self.opaque(node, f"`{words(node)}` is known only when Python runs")
