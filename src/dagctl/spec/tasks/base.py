"""The fields that every task has."""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem, Warnings
from dagctl.findings.wording import quoted
from dagctl.spec.fields.ids import MAX_TASK_ID, check_task_id, pattern
from dagctl.spec.tasks.argument_types import EdgeLabels
from dagctl.spec.tasks.arguments import SingleTaskArguments
from dagctl.spec.tasks.function_settings import TAKEN_BY
from dagctl.spec.tasks.mapping import Mapped, mapping_problems
from dagctl.spec.tasks.stage import Stage, stage_problems
from dagctl.spec.validation.checked_model import CheckedModel
from dagctl.spec.validation.family import Family
from dagctl.spec.validation.gone import GONE, gone

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core.core_schema import CoreSchema


def as_tuple(value: object) -> object:
    """Return a list as a tuple; a strict model takes no other type (a set has no order)."""
    return tuple(value) if isinstance(value, list) else value


_SAID = {
    "description": ("a task has no `description`", "write `doc_md`"),
    **{
        key: (
            f"`{key}` belongs to a group, not to a task",
            "a group is an entry of its own, which begins with `- group_id: ...`",
        )
        for key in ("group_id", "tooltip", "prefix_group_id", "group_display_name")
    },
}
"""Keys with a message and a hint of their own."""
_OF_FUNCTIONS = {*TAKEN_BY, "op_kwargs"}
"""Keys that only functions have beside them; operators have the same under `with`."""

CONTEXT = "provide_context"
"""Form 1 has it for each task, of functions or not; the digests that are recorded depend on it."""
_NO_CONTEXT = {
    "description": "For functions only: of any other task it is false.",
    "const": False,
    "default": False,
}

TaskId = Annotated[str, AfterValidator(check_task_id)]


class TaskBase(CheckedModel):
    """What every task of a DAG has, and says of itself."""

    form_1: ClassVar[frozenset[str]] = frozenset({"task_type", "dependencies"})

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
    dependencies: Annotated[tuple[str, ...], BeforeValidator(as_tuple)] = Field(
        default=(),
        description="The ids of the tasks that must succeed before this one starts, in any order.",
        examples=[["extract_data"]],
        json_schema_extra={"uniqueItems": True},
    )
    edge_labels: EdgeLabels = Field(default={})

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
        if key in _SAID:
            return Problem(Code.UNKNOWN_KEY, *_SAID[key])
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
        return _type_names(cls)

    @classmethod
    def recorded_data(cls, data: dict[str, Any]) -> dict[str, Any]:
        """Return the data as form 1 has a task: with `provide_context` after its type, always."""
        head: dict[str, Any] = {key: data[key] for key in ("task_id", "task_type") if key in data}
        return {**head, CONTEXT: False, **data}

    @classmethod
    def prepared(cls, data: Any) -> Any:  # noqa: ANN401 - raw input
        """Return raw data without what form 1 says of tasks that have no such field."""
        if isinstance(data, dict) and CONTEXT in data and CONTEXT not in cls.model_fields:
            return {key: value for key, value in data.items() if key != CONTEXT}
        return data

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: "CoreSchema", handler: "GetJsonSchemaHandler", /
    ) -> "JsonSchemaValue":
        """Return the schema; it takes what `to_data` writes of each task."""
        schema = super().__get_pydantic_json_schema__(core_schema, handler)
        fields = handler.resolve_ref_schema(schema).get("properties", {})
        fields.setdefault(CONTEXT, {**_NO_CONTEXT})
        return schema

    def warnings(self) -> Warnings:
        """Return the warnings about the task's code, if it has any."""
        return Warnings()


class SingleTask(Mapped, Stage, SingleTaskArguments, TaskBase):
    """One task. A subclass is a kind of task: it fixes `task_type` and adds its fields."""

    called_with: ClassVar[str] = "with"
    """The key under which its arguments stand that are not mapped."""

    @classmethod
    def further_problems(cls, data: object) -> Iterator[Problem]:
        """Yield what is wrong with arguments of the task, what it is mapped over, and its stage."""
        yield from super().further_problems(data)
        if isinstance(data, dict):
            yield from mapping_problems(data, data.get(cls.called_with))
            yield from stage_problems(data)


@cache
def _type_names(model: type[TaskBase]) -> tuple[str, ...]:
    names: tuple[str, ...] = model.model_fields["task_type"].annotation.__args__  # type: ignore[union-attr] # a Literal
    return names
