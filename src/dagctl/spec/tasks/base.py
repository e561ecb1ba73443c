"""The fields that every task has."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field

from dagctl.spec.checked_model import CheckedModel, Family
from dagctl.spec.codes import Code
from dagctl.spec.fields.ids import MAX_TASK_ID, check_task_id, pattern
from dagctl.spec.gone import GONE, gone
from dagctl.spec.problem import Problem, Warnings
from dagctl.spec.tasks.function_settings import TAKEN_BY
from dagctl.spec.wording import quoted


def as_tuple(value: object) -> object:
    """Return a list as a tuple; a strict model takes no other type (a set has no order)."""
    return tuple(value) if isinstance(value, list) else value


_OF_FUNCTIONS = {*TAKEN_BY, "op_kwargs"}
"""Keys that only functions have beside them; operators have the same under `with`."""

TaskId = Annotated[str, AfterValidator(check_task_id)]


class TaskBase(CheckedModel):
    """One task of a DAG. A subclass is a task type: it fixes `task_type` and adds its fields."""

    form_1: ClassVar[frozenset[str]] = frozenset({"task_type", "provide_context", "dependencies"})

    own_keys: ClassVar[tuple[str, ...]] = ()
    """The fields that show what kind of task it is, each alone."""

    keys_of_others: ClassVar[tuple[str, ...]] = ()
    """Own keys of another kind that stand beside this kind's own ones."""

    code_field: ClassVar[str] = ""
    """The field that holds the task's code; where it is given, it shows the type."""

    task_id: TaskId = Field(
        description="The id of the task, unique in the DAG.",
        examples=["extract_data"],
        json_schema_extra={"pattern": f"^{pattern(MAX_TASK_ID)}$"},
    )
    task_type: str = Field(description="What kind of task this is.")
    provide_context: bool = Field(
        default=False,
        description="Whether the function of a python task takes Airflow's context as `**context`.",
    )
    dependencies: Annotated[tuple[str, ...], BeforeValidator(as_tuple)] = Field(
        default=(),
        description="The ids of the tasks that must succeed before this one starts, in any order.",
        examples=[["extract_data"]],
        json_schema_extra={"uniqueItems": True},
    )

    @classmethod
    def misplaced(cls, key: str, family: Family) -> Problem | None:
        """Return the problem of a key of another task type, or of the DAG, or None."""
        if key in GONE:
            return gone(key)
        if key in _OF_FUNCTIONS:
            return None  # the near key, or `with`, is the better hint
        for name, other in family.models.items():
            if key in other.key_names() and key not in cls.key_names():
                message = f"{quoted(key)} belongs to a task of type `{name}`"
                hint = f"change `task_type` to `{name}`, or remove the key"
                if cls.own_keys and key in getattr(other, "own_keys", ()):
                    own = cls.own_keys[0]
                    hint = f"a task has `{own}` or {quoted(key)}, not both: remove one of them"
                return Problem(Code.OTHER_TASK_TYPE, message, hint)
        if key in family.outer_keys:
            return Problem(
                Code.UNKNOWN_KEY,
                f"{quoted(key)} belongs to the DAG, not to a task",
                "write it at the start of a line, outside of `tasks`",
                json_hint='write it beside `"tasks"`, not inside it',
            )
        return None

    @classmethod
    def type_names(cls) -> tuple[str, ...]:
        """Return the values of `task_type` that select this model, the usual one first."""
        names: tuple[str, ...] = cls.model_fields["task_type"].annotation.__args__  # type: ignore[union-attr] # a Literal
        return names

    @classmethod
    def context_problems(cls, data: object, what: str, instead: str) -> Iterator[Problem]:
        """Yield a problem if a task without a function is to get a context."""
        if isinstance(data, dict) and data.get("provide_context") is True:
            message = f"{what} has no function to receive the context"
            problem = Problem(
                Code.CONTEXT_OF_COMMAND, message, f"remove `provide_context`; {instead}"
            )
            yield problem.at("provide_context")

    @abstractmethod
    def warnings(self) -> Warnings:
        """Return the warnings about the task's code."""
