"""A task that calls a Python function."""

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from pydantic import Field

from dagctl.findings.problem import Problem
from dagctl.spec.fields.nested_values import argument_problems
from dagctl.spec.tasks.base import SingleTask
from dagctl.spec.tasks.function import SOURCES, FunctionSource, not_taken_problems, source_problems
from dagctl.spec.tasks.function_settings import FunctionSettings, setting_problems
from dagctl.spec.validation.checked_model import CheckedModel


class FunctionArguments(CheckedModel):
    """What a function is called with."""

    arguments: dict[str, Any] = Field(
        default={},
        alias="with",
        description="What the function is called with.",
        examples=[{"table": "orders", "day": "{{ ds }}"}],
    )


class PythonTask(FunctionSource, FunctionArguments, FunctionSettings, SingleTask):
    """Runs `python_code`: a function body with `return`, or exactly one `def`; or a function."""

    code_field: ClassVar[str] = "python_code"
    own_keys: ClassVar[tuple[str, ...]] = SOURCES

    task_type: Literal[
        "python", "branch", "short_circuit", "sensor", "virtualenv", "external_python"
    ] = Field(
        default="python",
        description="What becomes of the function: `branch` returns the ids of the tasks to go on"
        " with, `short_circuit` whether to go on, `sensor` whether the wait is over; `virtualenv`"
        " runs in a new environment, `external_python` in another Python of the worker.",
    )

    @classmethod
    def further_problems(cls, data: object) -> Iterator[Problem]:
        """Yield what is wrong with the arguments, and with where the function comes from."""
        yield from super().further_problems(data)
        if isinstance(data, dict):
            yield from argument_problems(data.get("with"), ("with",))
            yield from source_problems(data, cls.key_names())
            yield from not_taken_problems(data, "with")
            yield from setting_problems(data)
