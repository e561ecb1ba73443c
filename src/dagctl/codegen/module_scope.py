"""What the parts of a module share while it is built."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from dagctl.codegen.expressions import attribute, call, name, plain
from dagctl.codegen.imports import Imports
from dagctl.codegen.names import function, group_variable, variable
from dagctl.frozen import frozen, mutable
from dagctl.spec.tasks import DecoratorTask, PythonTask
from dagctl.spec.walk import is_mapped
from dagctl.user_code.python.function_layout import as_function, signature_of_body
from dagctl.user_code.python.function_tree import function_tree
from dagctl.user_code.python.read_code import input_statements

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Mapping

    from dagctl.spec.checks.shared_parameters import Shared
    from dagctl.spec.dependencies.outline import Entry, Outline
    from dagctl.spec.tasks import TaskBase
    from dagctl.spec.walk import Path
    from dagctl.target import Target
    from dagctl.user_code.python import PythonCode


@frozen
class Piece:
    """One statement of the module: its text, and the tree that the text must have."""

    text: str
    tree: Callable[[], ast.stmt]
    """Makes the tree; a function's is as large as its code, and is needed for a moment only."""
    head: str = ""
    """The first line of a function whose other lines are `body`, four spaces further in."""
    body: str = ""
    """Code that means the same wherever it stands, as the user wrote it."""


@mutable
class ModuleScope:
    """The target, the names, and what the tasks need of the module around them."""

    target: Target
    outline: Outline
    names: Mapping[str, str]
    """The identifier that is made of each id of Airflow's."""
    imports: Imports = field(default_factory=Imports)
    zone: str | None = None
    """The time zone of the DAG; None: UTC."""
    shared: Mapping[Path, Shared] = field(default_factory=dict)
    """What each `default_args` gives to operators, by where its `with` stands."""
    functions: list[Piece] = field(default_factory=list)
    """The functions that the tasks call, in their order."""
    here: Entry | None = None
    """The task or group that is being written."""
    function: Entry | None = None
    """The mapped group in whose function the statements stand; None: they are the module's."""
    _further: set[str] = field(default_factory=set)
    """What the names of functions begin with that are no task's own."""

    def free_function(self, stem: str) -> str:
        """Return the name of a further function: no task's own function and no import has it."""
        if not self._further:
            self._further |= {*self.names.values()}
        chosen, number = stem, 2
        while chosen in self._further or not self.imports.reserve(function(chosen)):
            chosen, number = f"{stem}_{number}", number + 1
        self._further.add(chosen)
        return function(chosen)

    def use(self, modules: Mapping[str, str], attribute: str) -> ast.Name:
        """Return the name of an object that stands in another module for each series."""
        return self.imports.use(modules[self.target.series], attribute)

    @property
    def stem(self) -> str:
        """What the names that belong to the task or group are made of."""
        return self.names[self.current.id]

    @property
    def current(self) -> Entry:
        """The task or group that is being written.

        Raises:
            ValueError: There is none.
        """
        if self.here is None:
            raise ValueError("nothing is being written")
        return self.here

    def resolve(self, name: str) -> Entry:
        """Return what the task or group that is being written means by a name.

        Raises:
            ValueError: Nothing; a checked spec has no such name.
        """
        known = self.outline.resolve(name, self.current.group)
        if known is None:
            raise ValueError(name)
        return known

    def variable(self, entry: Entry) -> str:
        """Return the variable of a task or a group."""
        return (group_variable if entry.is_group else variable)(self.names[entry.id])

    def handle(self, entry: Entry) -> ast.expr:
        """Return what stands for a task or group where the statements stand.

        A variable of a function is seen in that function only; the DAG knows the task by its id.
        """
        if self.is_seen(entry):
            return name(self.variable(entry))
        return call(attribute(name("dag"), "get_task"), [plain(entry.id)], {})

    def is_seen(self, entry: Entry) -> bool:
        """Return whether the variable of an entry is seen where the statements stand."""
        function = entry.group and entry.group.mapped_group
        return function is None or function is self.function

    def output(self, entry: Entry) -> ast.expr:
        """Return the output of a task; of a decorated function its variable is the output.

        So is what a function returns that makes tasks without a group.
        """
        if entry.is_group:
            return name(self.variable(entry))
        if self.is_seen(entry) and is_decorated(entry.item):
            return name(self.variable(entry))
        return attribute(self.handle(entry), "output")


def is_decorated(task: TaskBase) -> bool:
    """Return whether a task is a function with one of Airflow's decorators in the file."""
    return isinstance(task, DecoratorTask) or (isinstance(task, PythonTask) and is_mapped(task))


def function_piece(
    code: PythonCode, written: str, identifier: str, *, provide_context: bool
) -> Piece:
    """Return the text made of the checked code, and the tree made of the untouched one.

    Args:
        code: The checked code.
        written: The code as the user wrote it.
        identifier: The name of the function.
        provide_context: Whether a body takes `**context`.
    """

    def tree() -> ast.FunctionDef | ast.AsyncFunctionDef:
        return function_tree(
            code, input_statements(written), identifier, provide_context=provide_context
        )

    text = as_function(code, identifier, provide_context=provide_context)
    if not code.is_plain:
        return Piece(text, tree)
    signature = signature_of_body(code, provide_context=provide_context)
    return Piece(text, tree, head=f"def {identifier}({signature}):", body=written)
