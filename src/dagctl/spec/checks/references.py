"""What templates and code refer to: parameters of the DAG, XComs of its tasks, the target's names.

Needs the whole spec and the target, so it comes after the checks of single fields.
"""

from __future__ import annotations

from functools import cached_property
from itertools import chain, islice
from typing import TYPE_CHECKING

from dagctl.errors import Severity
from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem, warning
from dagctl.findings.wording import did_you_mean, quoted
from dagctl.frozen import frozen
from dagctl.spec.checks.rendered_texts import rendered_texts
from dagctl.spec.checks.shared_parameters import shared_texts
from dagctl.spec.dependencies.branches import branch_warnings
from dagctl.spec.dependencies.mapped_checks import empty_mappings
from dagctl.spec.dependencies.xcom_order import XcomOrder
from dagctl.spec.fields.callbacks import callbacks_in, code_of
from dagctl.spec.fields.markers import functions_in
from dagctl.spec.tasks import FunctionSource, PythonTask
from dagctl.spec.tasks.function_settings import APART
from dagctl.spec.walk import field, mapping_in, raw_tasks
from dagctl.text.lines import Lines
from dagctl.text.template_signs import is_template
from dagctl.user_code.bash.bash_command import shell_warnings, syntax_problems
from dagctl.user_code.jinja.brought_names import BROUGHT
from dagctl.user_code.jinja.context_variables import name_warnings, newer_names
from dagctl.user_code.jinja.passed_over import swallowed
from dagctl.user_code.jinja.template import FAILURES, template_nodes, template_problems
from dagctl.user_code.jinja.template_reads import params_read, pulls_in
from dagctl.user_code.python.gone_imports import import_warnings
from dagctl.user_code.xcom_pulls import TaskIds, pull_warnings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.spec.model import DagSpec
    from dagctl.spec.walk import Path
    from dagctl.target import Target
    from dagctl.text.lines import TextRange
    from dagctl.user_code.jinja.brought_names import Brought
    from dagctl.user_code.python import PythonCode
    from dagctl.user_code.python.code_reads import Reads

_OF_BASH = {"BashOperator", "BashSensor"}
"""The operators of which `bash_command` is a command for bash."""
_HOLDERS = frozenset({"with", "op_kwargs", "expand", "env", "cwd", "requirements", "python"})
"""The keys of tasks whose values Airflow renders, beside the command."""
_NOT_SENT = {"ti", "task_instance", "conn", "var", "exception"}
"""Keys of the context that cannot be pickled: another Python never has them."""
_MOST_TEXTS = 2_000
"""Texts of a spec whose templates are looked into."""


@frozen
class _DagContext:
    """What a DAG brings for its templates and its code."""

    spec: DagSpec
    target: Target
    params: frozenset[str]
    """The parameters that have a default."""
    brought: Brought

    @cached_property
    def ids(self) -> TaskIds | None:
        """The ids of its tasks, or None where a function of the project makes some of them."""
        return _ids(self.spec)

    @cached_property
    def order(self) -> XcomOrder:
        """Which task is there before another one pulls from it."""
        return XcomOrder(self.spec.outline, self.spec.default_args, self.target)


def template_errors(data: object, target: Target) -> Iterator[Problem]:
    """Yield why Airflow could not render a text, but for the commands of bash tasks.

    Those are checked with their task.
    """
    brought = BROUGHT.get()
    if not brought.is_read:
        return
    for path, text in _templates(data, target):
        if not _is_of_bash_task(path):
            for problem in template_problems(text, "this text", brought.filters):
                yield problem.at(*path)
    for path, command in _commands(data, target):
        for problem in syntax_problems(command):
            if problem.severity is Severity.ERROR:
                yield problem.at(*path)


def _is_of_bash_task(path: Path) -> bool:
    """Return whether a text is the command of a bash task, rather than of an operator."""
    return path[-1] == "bash_command" and isinstance(path[-2], int)


def _commands(data: object, target: Target) -> Iterator[tuple[Path, str]]:
    """Yield each command of an operator that runs bash: what a bash task has is checked there."""
    for path, task in raw_tasks(data):
        name = field(task, "operator")
        if isinstance(name, str) and name.rpartition(".")[2] in _OF_BASH:
            for inner, text in rendered_texts(task, target):
                if inner[1:2] == ("bash_command",):
                    yield (*path, *inner), text


def reference_warnings(spec: DagSpec, data: object, target: Target) -> Iterator[Problem]:
    """Yield what templates and code of a valid spec refer to, and will not get.

    Args:
        spec: The spec.
        data: What it was made from, as it was written.
        target: The Airflow that it is for.
    """
    dag = _DagContext(
        target=target,
        spec=spec,
        params=_params_in(data),
        brought=BROUGHT.get(),
    )
    if dag.brought.is_read:
        for path, text in _templates(data, target):
            yield from (problem.at(*path) for problem in _of_template(text, path, dag))
        for path, command in _commands(data, target):
            yield from (problem.at(*path) for problem in shell_warnings(command))
    else:
        message = "templates of this DAG are not checked: it is not known how Jinja reads them"
        info = Problem(Code.TEMPLATES_NOT_READ, message, severity=Severity.INFO)
        yield info.at("jinja_environment_kwargs")
    for where, code in _codes(spec, data):
        yield from (problem.at(*where) for problem in _of_code(code.reads, where, dag))
    for where, code in functions_in(data):
        for read in code.reads.imports:
            yield from (problem.at(*where) for problem in import_warnings(read, dag.target))
    yield from branch_warnings(spec.outline)
    yield from empty_mappings(spec.outline)
    yield from dag.order.not_kept()
    yield from _not_sent(spec)


def _not_sent(spec: DagSpec) -> Iterator[Problem]:
    """Yield what code in another Python reads of the context, and does not get there."""
    for path, task in spec.walk():
        if task.task_type not in APART or not isinstance(task, PythonTask):
            continue
        for read in task.code.reads.context if task.python_code else ():
            if read.name in _NOT_SENT:
                message = f"Airflow does not send {quoted(read.name)} to another Python"
                hint = "give the function what it needs under `with`"
                fails = ("2", "3") if read.certain else ()
                problem = warning(Code.PYTHON_CONTEXT, message, hint, read.place, fails_in=fails)
                yield problem.at(*path, "python_code")


def _codes(spec: DagSpec, data: object) -> Iterator[tuple[Path, PythonCode]]:
    """Yield the code of each task and each callback, with its path."""
    for path, task in spec.walk():
        if isinstance(task, FunctionSource) and task.python_code:
            yield (*path, task.code_field), task.code
    for path, callback in callbacks_in(data):
        if "python_code" in callback:
            yield (*path, "python_code"), code_of(callback)


def _templates(data: object, target: Target) -> Iterator[tuple[Path, str]]:
    of_tasks = (
        ((*path, *inner), text)
        for path, task in raw_tasks(data)
        for inner, text in (rendered_texts(task, target) if _may_have_some(task) else ())
    )
    templates = (
        each for each in chain(shared_texts(data, target), of_tasks) if is_template(each[1])
    )
    return islice(templates, _MOST_TEXTS)


def _may_have_some(task: object) -> bool:
    """Return whether to look for templates in an entry; most tasks have a short command alone."""
    if not isinstance(task, dict):
        return False
    command = task.get("bash_command")
    return not _HOLDERS.isdisjoint(task) or (isinstance(command, str) and is_template(command))


def _ids(spec: DagSpec) -> TaskIds | None:
    outline = spec.outline
    if any(entry.is_group and field(entry.item, "group_callable") for entry in outline.entries):
        return None
    return TaskIds(entry.id for entry in outline.tasks)


def _params_in(data: object) -> frozenset[str]:
    """Return the params of the DAG and of its tasks."""
    owners = (data, *(task for _, task in raw_tasks(data)))
    return frozenset(str(name) for owner in owners for name in mapping_in(owner, "params"))


def _of_template(text: str, path: Path, dag: _DagContext) -> Iterator[Problem]:
    try:
        tree = template_nodes(text)
    except FAILURES:
        return  # an error that is said elsewhere
    lines = Lines(text)
    if not _is_of_bash_task(path):
        yield from name_warnings(text, dag.brought)
    yield from swallowed(text)
    if not dag.brought.is_lenient:
        yield from newer_names(text, dag.target)
        for name, place in params_read(tree, lines):
            yield from _parameter(name, place, dag)
    for pull in pulls_in(tree, lines):
        yield from pull_warnings(pull, dag.ids, dag.target)
        yield from dag.order.warnings(pull, path, of_code=False)


def _of_code(reads: Reads, path: Path, dag: _DagContext) -> Iterator[Problem]:
    for read in reads.parameters:
        yield from _parameter(read.name, read.place, dag)
    for pull in reads.pulls:
        yield from pull_warnings(pull, dag.ids, dag.target)
        yield from dag.order.warnings(pull, path, of_code=True)
    for read in reads.imports:
        yield from import_warnings(read, dag.target)


def _parameter(name: str, place: TextRange | None, dag: _DagContext) -> Iterator[Problem]:
    """Yield a warning for a parameter without default: a scheduled run has none."""
    if name not in dag.params:
        hint = f"declare it with a default: `params: {{{name}: ...}}` at the start of the spec"
        yield warning(
            Code.UNKNOWN_PARAM,
            f"the DAG has no parameter {quoted(name)}: a run that is not given one fails here",
            did_you_mean(name, dag.params) or hint,
            place,
        )
