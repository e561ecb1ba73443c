"""`xcom_pull` of a task that runs later, or that the puller does not wait for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem, warning
from dagctl.findings.wording import quoted
from dagctl.spec.catalogue import known_class
from dagctl.spec.dependencies.followers import Followers
from dagctl.spec.dependencies.uses import returned_values_used
from dagctl.spec.fields.import_path import is_class_name
from dagctl.spec.tasks import PythonTask
from dagctl.spec.tasks.function_settings import APART
from dagctl.spec.walk import MAPPED_BY, field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.operators.model import Operator
    from dagctl.spec.dependencies.outline import Entry, Outline
    from dagctl.spec.walk import Path
    from dagctl.target import Target
    from dagctl.user_code.xcom_pulls import Pull

_RETURN = ("python", *APART)
"""The types of tasks whose output is what their function returns."""
_MOST = 100
"""How many tasks of one DAG are followed to all tasks behind them."""


class XcomOrder:
    """Which task of a DAG is there before another one pulls from it."""

    def __init__(self, outline: Outline, shared: object, target: Target) -> None:
        """Keep the outline; what follows what is read when the first task pulls.

        Args:
            outline: The tasks.
            shared: The `default_args` of the DAG.
            target: The Airflow that the spec is for.
        """
        self._outline, self._shared, self._target = outline, shared, target

    @cached_property
    def _followers(self) -> Followers:
        return Followers(self._outline, most=_MOST)

    def warnings(self, pull: Pull, path: Path, *, of_code: bool) -> Iterator[Problem]:
        """Yield a warning for each task that keeps no XCom, has none yet, or may have none.

        Args:
            pull: What the task asks for.
            path: Where the text with it stands.
            of_code: Whether Python code pulls: it may have pushed what it pulls of its own.
        """
        around = self._outline.around(path)
        puller = None if around is None or around.is_group else around
        # a callback is called when the task has run
        is_callback = of_code and puller is not None and len(path) > len(puller.path) + 1
        for task_id, place in pull.task_ids:
            pulled = self._outline.by_id.get(task_id)
            if pulled is None or pulled.is_group:
                continue
            hint = self._why_not_kept(pulled) if pull.of_return else None
            said = hint and (f"{quoted(pulled.id)} keeps no output: `xcom_pull` gets None", hint)
            if not (said or puller is None or is_callback or (pulled is puller and of_code)):
                is_known = pull.this_run and not self._followers.has_unknown
                said = self._said(puller, pulled) if is_known else None
            if said:
                yield warning(Code.XCOM_NOT_THERE, *said, place or pull.place)

    def _said(self, puller: Entry, pulled: Entry) -> tuple[str, str] | None:
        """Return message and hint, or None: the puller waits for the other task."""
        name = quoted(pulled.id)
        if pulled is puller:
            message = "the template is rendered before the task has an XCom: it gets None"
            return message, "name a task that this one waits for"
        if self._followers.leads_to(pulled, puller):
            return None
        if self._followers.leads_to(puller, pulled):
            message = f"{name} runs after {quoted(puller.id)}: `xcom_pull` gets None"
            return message, f"pull in a task that waits for {name}, or reverse the dependency"
        message = f"{quoted(puller.id)} does not wait for {name}: `xcom_pull` may get None"
        return message, f"add {quoted(pulled.address)} to `dependencies`"

    def not_kept(self) -> Iterator[Problem]:
        """Yield a warning for each `$xcom` of a task that keeps nothing of what it returns."""
        for entry in self._outline.entries:
            for path, name in returned_values_used(entry.item):
                used = self._outline.resolve(name, entry.group)
                hint = used and self._why_not_kept(used)
                if used and hint:
                    fails = "Airflow fails it, since a task is mapped over its output"
                    gets = fails if path[0] in MAPPED_BY else "this is None"
                    message = f"{quoted(used.id)} keeps no output: {gets}"
                    yield warning(Code.XCOM_NOT_THERE, message, hint).at(*entry.path, *path)

    def _why_not_kept(self, task: Entry) -> str | None:
        """Return how a task would have an output, or None: it has one, or it is a group."""
        from dagctl.operators.model import Operator

        item = task.item
        has_code = isinstance(item, PythonTask) and item.python_code
        if has_code and item.task_type in _RETURN and item.code.gives_nothing:
            return "return a value there, or name another task"
        name = field(item, "operator")
        is_named = isinstance(name, str) and is_class_name(name)
        known = known_class(name, self._target) if is_named else None
        operator = known if isinstance(known, Operator) else None
        if operator and operator.name == "EmptyOperator":
            return "name a task that returns something"
        return self._not_pushed(task, operator)

    def _not_pushed(self, task: Entry, operator: Operator | None) -> str | None:
        """Return how a task would push what it returns, or None: it does, or may."""
        arguments = field(task.item, "arguments") or {}
        own = field(task.item, "do_xcom_push")
        given = arguments.get("do_xcom_push", own) if isinstance(arguments, dict) else own
        if given is not None:
            return "remove its `do_xcom_push: false`" if given is False else None
        around = [field(group.item, "default_args") for group in reversed(task.where)]
        for defaults in (*around, self._shared):
            said = field(defaults, "do_xcom_push")
            if said is not None:
                return None if said else "write `do_xcom_push: true` in that task"
        parameter = operator.parameters.get("do_xcom_push") if operator else None
        if parameter is None or parameter.default is not False:
            return None
        return "write `do_xcom_push: true` in that task"
