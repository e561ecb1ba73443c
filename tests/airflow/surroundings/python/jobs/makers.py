"""Functions that return what they make, as libraries of operators have them."""

from __future__ import annotations

from typing import Any

try:
    from airflow.providers.standard.decorators.python import _PythonDecoratedOperator
    from airflow.providers.standard.operators.bash import BashOperator
    from airflow.sdk import TaskGroup
    from airflow.sdk.bases.decorator import task_decorator_factory
except ImportError:
    from airflow.decorators.base import task_decorator_factory
    from airflow.decorators.python import _PythonDecoratedOperator
    from airflow.operators.bash import BashOperator
    from airflow.utils.task_group import TaskGroup


def report(dag: Any, name: str, **more: Any) -> Any:  # noqa: ANN401 - what Airflow has
    """Return one of the two tasks that it makes."""
    first = BashOperator(task_id=f"{name}_data", bash_command="echo 1", dag=dag)
    last = BashOperator(task_id=name, bash_command="echo 2", dag=dag, **more)
    first >> last
    return last


def copies(names: list[str]) -> list[Any]:
    """Return the groups that it makes."""
    made = []
    for name in names:
        with TaskGroup(f"copy_{name}") as group:
            BashOperator(task_id="copy", bash_command=f"copy {name}")
        made.append(group)
    return made


def after(dag: Any, tasks: list[Any], *, name: str) -> None:  # noqa: ANN401 - as above
    """Make a task that waits for others."""
    tasks >> BashOperator(task_id=name, bash_command="echo 3", dag=dag)


class Steps:
    """Makes tasks for one client."""

    def __init__(self, client: str) -> None:
        """Keep the client."""
        self.client = client

    def make(self, retries: int = 0) -> Any:  # noqa: ANN401 - as above
        """Return the one task that it makes."""
        return BashOperator(task_id=f"for_{self.client}", bash_command="ls", retries=retries)


def saved(rows: Any, *, name: str) -> Any:  # noqa: ANN401 - as above
    """Return a task that renders what another one returns."""
    return BashOperator(task_id=name, bash_command="echo", env={"ROWS": rows})


def counting(python_callable: Any = None, **options: Any) -> Any:  # noqa: ANN401 - as above
    """Make tasks of functions, as the decorators of Airflow's providers do."""
    return task_decorator_factory(
        python_callable=python_callable,
        decorated_operator_class=_PythonDecoratedOperator,
        **options,
    )


def returned(name: str) -> Any:  # noqa: ANN401 - as above
    """Return the output of a task that it makes, not the task."""
    return BashOperator(task_id=f"{name}_returned", bash_command="echo 1").output
