"""What `xcom_pull` asks for, in a template or in Python, and what it would get."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem, warning
from dagctl.findings.wording import Names, question, quoted
from dagctl.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dagctl.target import Target
    from dagctl.text.lines import TextRange


@frozen
class Pull:
    """One call of `xcom_pull` that can be read with certainty."""

    task_ids: tuple[tuple[str, TextRange | None], ...]
    """The ids that it names as literals, each with its place."""
    place: TextRange | None
    """Where the call stands."""
    names_no_task: bool = False
    """It has no `task_ids` at all."""
    this_run: bool = True
    """It asks for what this run has, not for another run, or for those before."""
    of_return: bool = True
    """It asks for what the task has returned, not for what it has pushed under a key."""


OTHER_RUNS = ("run_id", "include_prior_dates")
"""Arguments of `xcom_pull` that lead to other runs."""


class TaskIds(Names):
    """The ids of the tasks of a DAG, as Airflow knows them."""

    def __init__(self, ids: Iterable[str]) -> None:
        """Keep the ids, and those that a task in a group may be meant by."""
        whole = list(ids)
        super().__init__(whole)
        self._by_end = {task_id.rpartition(".")[2]: task_id for task_id in whole}

    def question(self, task_id: str) -> str | None:
        """Ask for the id that was probably meant: that of a task in a group, or a near one."""
        return question(self._by_end.get(task_id) or self.nearest(task_id))


def pull_warnings(pull: Pull, ids: TaskIds | None, target: Target) -> Iterator[Problem]:
    """Yield a warning for each id that is no task, and for a pull that names none on Airflow 3."""
    for task_id, place in pull.task_ids:
        if ids is not None and task_id not in ids:
            yield warning(
                Code.XCOM_OF_NO_TASK,
                f"there is no task {quoted(task_id)}: `xcom_pull` would return None",
                "write the id of a task of this DAG",
                place or pull.place,
                near=partial(ids.question, task_id),
            )
    if pull.names_no_task and target.series == "3":
        yield warning(
            Code.XCOM_WITHOUT_TASK,
            "without `task_ids` Airflow 3 reads the XCom of the task itself, not that of others",
            "name the task: `task_ids=...`",
            pull.place,
        )
