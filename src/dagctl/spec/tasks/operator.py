"""A task that is any operator or sensor: of Airflow, of a provider, of the project's own."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import nearest, quoted
from dagctl.spec.fields.import_path import CLASS_PATTERN, MAX_PATH, is_class_name
from dagctl.spec.fields.nested_values import argument_problems
from dagctl.spec.tasks.base import SingleTask
from dagctl.spec.tasks.function import context_problems
from dagctl.spec.validation.family import Family
from dagctl.spec.validation.unknown_keys import is_other_name

_INSTEAD = {
    "bash_command": "remove the line `operator`, or write it under `with`",
    "python_code": "remove the line `operator`; `task_type: branch`, `sensor` and others say which",
    "python_callable": "remove the line `operator`, or write it under `with`, as `{$ref: ...}`",
    "decorator": "keep one of `operator` and `decorator`",
}
"""What to do with a key that shows another kind of task."""
_LIKENESS = 0.75
"""How near to a key of a task a key must be to be meant for it: `sql` is nearer to `with`."""
_SET_BY_DAGCTL = {"task_id": "it stands beside `with`", "dag": "dagctl sets it"}


def check_operator_name(name: str) -> str:
    """Return the name of a class unchanged, or raise a pydantic error."""
    if not is_class_name(name):
        message = f"{quoted(name)} is not the name of an operator"
        hint = "write its class, `provider.Class`, or its import path: `package.module.Class`"
        raise Problem(Code.BAD_IMPORT_PATH, message, hint).error()
    return name


class OperatorTask(SingleTask):
    """Runs an operator, called with what stands under `with`."""

    code_field: ClassVar[str] = "operator"
    own_keys: ClassVar[tuple[str, ...]] = ("operator",)

    task_type: Literal["operator"] = Field(
        default="operator", description="A task that is an operator or a sensor."
    )
    operator: Annotated[str, AfterValidator(check_operator_name)] = Field(
        description="The class: its name, `provider.Class`, or its import path.",
        examples=["S3KeySensor", "jobs.operators.PublishModels"],
        json_schema_extra={"pattern": CLASS_PATTERN, "maxLength": MAX_PATH},
    )
    arguments: dict[str, Any] = Field(
        default={},
        alias="with",
        description="What the operator is called with: its own parameters.",
        examples=[{"bucket_key": "s3://landing/{{ ds }}/orders.csv", "timeout": "2h"}],
    )

    @classmethod
    def further_problems(cls, data: object) -> Iterator[Problem]:
        """Yield what is wrong with the parameters, whatever the operator is."""
        yield from super().further_problems(data)
        if isinstance(data, dict):
            yield from context_problems(data, "an operator", "it gets the context by itself")
            given = data.get("with")
            yield from argument_problems(given, ("with",))
            yield from set_by_dagctl(given, _SET_BY_DAGCTL)

    @classmethod
    def misplaced(cls, key: str, family: Family) -> Problem | None:
        """Return the problem of a key that belongs elsewhere: mostly under `with`."""
        problem = super().misplaced(key, family)
        if problem is not None and problem.code == Code.OTHER_TASK_TYPE:
            under_with = f"write it under `with`: `with: {{{key}: ...}}`"
            return replace(problem, hint=_INSTEAD.get(key, under_with))
        return problem or belongs_under_with(key, cls.key_names(), "operator")


def set_by_dagctl(given: object, reasons: Mapping[str, str]) -> Iterator[Problem]:
    """Yield a problem for each parameter under `with` that dagctl sets.

    Args:
        given: The value of `with`, in raw data.
        reasons: The parameters, each with why it cannot stand there.
    """
    for name in reasons.keys() & (given.keys() if isinstance(given, dict) else ()):
        message = f"`{name}` cannot stand under `with`: {reasons[name]}"
        yield Problem(Code.MISPLACED_PARAMETER, message, "take it out").at("with", name)


def belongs_under_with(key: str, keys: Collection[str], owner: str) -> Problem | None:
    """Return the problem of a key that belongs under `with`; None where another key was meant.

    Args:
        key: The key that stands beside `with`.
        keys: The keys that may stand there.
        owner: Whose parameters stand under `with`, such as `operator`.
    """
    if nearest(key, keys, likeness=_LIKENESS) or is_other_name(key):
        return None
    hint = f"the {owner}'s own parameters stand under `with`: `with: {{{key}: ...}}`"
    return Problem(Code.UNKNOWN_KEY, f"unknown key {quoted(key)}", hint)
