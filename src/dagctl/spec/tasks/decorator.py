"""A task that is a function with a TaskFlow decorator of a provider: `@task.docker(...)`."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem, Warnings, refuse
from dagctl.findings.wording import quoted
from dagctl.spec.fields.import_path import MAX_PATH, PATTERN, path_problems
from dagctl.spec.fields.nested_values import argument_problems
from dagctl.spec.tasks.base import SingleTask
from dagctl.spec.tasks.function import SOURCES, FunctionSource, not_taken_problems, source_problems
from dagctl.spec.tasks.operator import belongs_under_with, set_by_dagctl
from dagctl.spec.validation.checked_model import CheckedModel
from dagctl.spec.validation.family import Family

_SET_BY_DAGCTL = {
    "task_id": "it stands beside `with`",
    "dag": "dagctl sets it",
    "python_callable": "it stands beside `with`",
    "op_kwargs": "it stands beside `with`",
    "op_args": "write `op_kwargs`: arguments have names",
}


def check_decorator(name: str) -> str:
    """Return the name of a decorator unchanged, or raise a pydantic error."""
    bare = name.removeprefix("@")
    if "." not in name or bare != name:
        message = f"{quoted(name)} is not the name of a decorator"
        hint = "write `task.docker` and its like, or an import path: `package.module.name`"
        if bare.removeprefix("task.").isidentifier() and bare != "task":
            meant = f"task.{bare.removeprefix('task.')}"
            hint = f"did you mean {quoted(meant)}?"
        raise Problem(Code.BAD_IMPORT_PATH, message, hint).error()
    refuse(path_problems(name))
    return name


class DecoratorOptions(CheckedModel):
    """What a decorator, and the function under it, are called with."""

    decorator: Annotated[str, AfterValidator(check_decorator)] = Field(
        description="The decorator: `task.docker` and its like, or its import path.",
        examples=["task.docker"],
        json_schema_extra={"pattern": PATTERN, "maxLength": MAX_PATH},
    )
    arguments: dict[str, Any] = Field(
        default={},
        alias="with",
        description="What the decorator is called with.",
        examples=[{"image": "python:3.12"}],
    )
    op_kwargs: dict[str, Any] = Field(
        default={},
        description="What the function is called with.",
        examples=[{"table": "orders", "day": "{{ ds }}"}],
    )


class DecoratorTask(FunctionSource, DecoratorOptions, SingleTask):
    """Runs a function as a decorator says: in a container, a pod, a warehouse."""

    code_field: ClassVar[str] = "python_code"
    own_keys: ClassVar[tuple[str, ...]] = ("decorator",)
    keys_of_others: ClassVar[tuple[str, ...]] = SOURCES
    called_with: ClassVar[str] = "op_kwargs"

    task_type: Literal["decorator"] = Field(
        default="decorator", description="A function with a decorator of a provider."
    )

    @classmethod
    def further_problems(cls, data: object) -> Iterator[Problem]:
        """Yield what is wrong with the arguments, and with where the function comes from."""
        yield from super().further_problems(data)
        if not isinstance(data, dict):
            return
        for key in ("with", "op_kwargs"):
            yield from argument_problems(data.get(key), (key,))
        yield from set_by_dagctl(data.get("with"), _SET_BY_DAGCTL)
        yield from source_problems(data, cls.key_names())
        yield from not_taken_problems(data, "op_kwargs")

    @classmethod
    def misplaced(cls, key: str, family: Family) -> Problem | None:
        """Return the problem of a key that belongs elsewhere: mostly under `with`."""
        problem = super().misplaced(key, family)
        return problem or belongs_under_with(key, cls.key_names(), "decorator")

    def warnings(self) -> Warnings:
        """Return the warnings about the code; what it returns may be rendered: `task.bash`."""
        of_code = super().warnings()
        kept = (problem for problem in of_code.shown if problem.code != Code.NOT_RENDERED)
        return replace(of_code, shown=tuple(kept))
