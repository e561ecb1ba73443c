"""A group: tasks, and further groups, that stand together under one id."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from dagctl.findings.characters import name_of, not_a_file, prose
from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import quoted
from dagctl.spec.fields import types
from dagctl.spec.fields.ids import GROUP_PATTERN, MAX_GROUP_ID, check_group_id
from dagctl.spec.fields.import_path import MAX_PATH, PATTERN
from dagctl.spec.fields.markers import markers_in
from dagctl.spec.fields.nested_values import argument_problems, value_problems
from dagctl.spec.tasks.argument_types import MAX_WORD, EdgeLabels, without_default
from dagctl.spec.tasks.arguments import DefaultArgs, TaskArguments
from dagctl.spec.tasks.base import as_tuple
from dagctl.spec.tasks.function import check_callable
from dagctl.spec.tasks.kinds import KINDS, Task
from dagctl.spec.tasks.mapping import Mapped, mapped_names, mapping_problems
from dagctl.spec.validation.family import Family
from dagctl.spec.validation.gone import gone
from dagctl.spec.validation.selected import Selected, later
from dagctl.spec.validation.unknown_keys import meant_keys
from dagctl.spec.validation.wrong_type import MAPPING, wrong_type
from dagctl.spec.walk import is_group, is_mapped

GROUP = "group"
"""What marks a group among the entries; no `task_type`."""


def given_default_args(value: object) -> object:
    """Return the value of `default_args`, which is no null, or raise a pydantic error."""
    if value is None:
        raise wrong_type(("default_args",), MAPPING, value).error()
    return value


_COMPARED = 20
"""Keys of a group that are compared with others: it may have any number."""
_OF_A_GROUP = ("default_args", "doc_md", "group_display_name", "prefix_group_id", "tooltip")
_TAKEN_ENDS = ("_task", "_group", "_function")

SharedArgs = Annotated[
    Annotated[DefaultArgs, later(DefaultArgs)] | None, BeforeValidator(given_default_args)
]
"""Arguments for all tasks of a DAG, or of a group."""


class Group(Mapped):
    """Tasks that stand together: Airflow draws them as one, and a dependency on it is on all."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": [source]} for source in ("tasks", "group_callable")]
        }
    )

    group_id: Annotated[str, AfterValidator(check_group_id)] = Field(
        description="The id of the group. The ids of its tasks begin with it: `group.task`.",
        examples=["load"],
        json_schema_extra={"pattern": f"^{GROUP_PATTERN}$", "maxLength": MAX_GROUP_ID},
    )
    dependencies: Annotated[tuple[str, ...], BeforeValidator(as_tuple)] = Field(
        default=(),
        description="The ids of the tasks and groups that must succeed before any in it starts.",
        examples=[["extract_data"]],
        json_schema_extra={"uniqueItems": True},
    )
    edge_labels: EdgeLabels = Field(default={})
    tooltip: Annotated[str, AfterValidator(prose)] = Field(
        default="", description="What Airflow shows of it.", examples=["Loads all tables."]
    )
    group_display_name: Annotated[str, AfterValidator(name_of(MAX_WORD))] = Field(
        default="",
        description="The name that Airflow shows instead of the id (3.0 and later).",
        examples=["Load the tables"],
        json_schema_extra=lambda schema: without_default(schema, minLength=1, maxLength=MAX_WORD),
    )
    doc_md: Annotated[str, AfterValidator(prose), AfterValidator(not_a_file)] = Field(
        default="",
        description="What the group is for, in Markdown; Airflow shows it (3.3 and later).",
        examples=["Loads *all* tables."],
        json_schema_extra=lambda schema: without_default(schema, minLength=1),
    )
    prefix_group_id: bool = Field(
        default=True, description="Whether the ids of its tasks begin with the group's."
    )
    default_args: SharedArgs = Field(
        default=None,
        description="Arguments for all tasks in it; a task's own come before them.",
        examples=[{"pool": "dbt"}],
        json_schema_extra=without_default,
    )
    arguments: dict[str, Any] = Field(
        default={},
        alias="with",
        description="For a mapped group: arguments with one value each, which `$arg` reads. For"
        " `group_callable`: what the function is called with.",
        examples=[{"day": "{{ ds }}"}],
        json_schema_extra=without_default,
    )
    tasks: Annotated[tuple["Entry", ...], BeforeValidator(types.read_members)] = Field(
        default=(),
        description="The tasks and groups in it, at least one.",
        json_schema_extra=lambda schema: without_default(
            schema, minItems=1, maxItems=types.MAX_TASKS
        ),
    )
    group_callable: Annotated[str, AfterValidator(check_callable)] = Field(
        default="",
        description="A function of the project's own that makes the tasks in it, instead of "
        "`tasks`: its import path.",
        examples=["jobs.dbt.make_models"],
        json_schema_extra=lambda schema: without_default(
            schema, pattern=PATTERN, maxLength=MAX_PATH
        ),
    )
    args: list[Any] = Field(
        default=[],
        description="For `group_callable`: what the function is called with by place.",
        examples=[["orders"]],
        json_schema_extra=without_default,
    )
    without_group: bool = Field(
        default=False,
        description="For `group_callable`: no group is around what the function makes. The arrows "
        "lead to what it returns, and the id is that of the entry alone.",
    )

    @classmethod
    def further_problems(cls, data: object) -> Iterator[Problem]:
        """Yield what is wrong with several fields together."""
        shared = data.get("default_args") if isinstance(data, dict) else None
        for item in DefaultArgs.further_problems(shared):
            yield item.under("default_args")
        if isinstance(data, dict):
            yield from mapping_problems(data, data.get("with"))
            yield from argument_problems(data.get("with"), ("with",))
            yield from _content_problems(data)
            yield from _of_function_problems(data)
            yield from _argument_name_problems(data)

    @property
    def argument_names(self) -> tuple[str, ...]:
        """The arguments of a mapped group, which `$arg` may name, in the order of the spec."""
        given = {"expand": self.expand, "expand_kwargs": self.expand_kwargs}
        return tuple(dict.fromkeys([*self.arguments, *mapped_names(given)]))

    @classmethod
    def misplaced(cls, key: str, family: Family) -> Problem | None:
        """Return the problem of a key that belongs to a task, or to the DAG, or None."""
        if key == "task_type":
            message = "a group has no `task_type`"
            return Problem(Code.UNKNOWN_KEY, message, "remove it: its keys say that it is a group")
        if key in TaskArguments.model_fields:
            hint = f"write `default_args: {{{key}: ...}}`"
            in_json = f'write `"default_args": {{"{key}": ...}}`'
            message = f"{quoted(key)} belongs to a task, or under `default_args` of the group"
            return Problem(Code.UNKNOWN_KEY, message, hint, json_hint=in_json)
        if any(key in model.key_names() for model in family.models.values()):
            message = f"{quoted(key)} belongs to a task, not to a group"
            return Problem(Code.UNKNOWN_KEY, message, "write it at a task, below `tasks`")
        if key in family.outer_keys:
            message = f"{quoted(key)} belongs to the DAG, not to a group"
            hint = "write it at the start of a line, outside of `tasks`"
            in_json = 'write it beside the outermost `"tasks"`'
            return Problem(Code.UNKNOWN_KEY, message, hint, json_hint=in_json)
        return None if key == "task_group" else gone(key)  # another word for the id


def tag_of_entry(entry: object) -> str | None:
    """Return the tag of the model that an entry is for, or None where nothing shows it."""
    return GROUP if is_group(entry) else KINDS.tag_of(entry)


Entry = Annotated[Task | Group, Selected({**KINDS.by_tag, GROUP: Group}, tag_of_entry)]
"""A task of any kind, or a group."""


def _content_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with where the tasks of a raw group come from."""
    if "tasks" in data and "group_callable" in data:
        message = "`tasks` and `group_callable` are both given"
        yield Problem(Code.GIVEN_TWICE, message, "keep one of them").at("group_callable")
    elif "tasks" not in data and "group_callable" not in data and not _says_its_tasks(data):
        hint = "add the tasks of the group, or `group_callable: package.module.function`"
        yield Problem(Code.MISSING_KEY, "`tasks` is missing", hint).at("tasks")
    is_bare = data.get("without_group") is True
    if "group_callable" in data and not is_mapped(data) and not is_bare:
        message = "a function that makes a group is called before any task has an output"
        hint = "let a task in the group read it with `xcom_pull`"
        for key in ("with", "args"):
            for path, _ in markers_in(data.get(key), "$xcom", (key,)):
                yield Problem(Code.BAD_MARKER, message, hint).at(*path, "$xcom")


def _of_function_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with the keys of a raw group that only `group_callable` has."""
    yield from value_problems(data.get("args"), ("args",))
    for key in ("args", "without_group"):
        if data.get(key) and ("group_callable" not in data or is_mapped(data)):
            message = f"`{key}` belongs to a group that `group_callable` makes, unmapped"
            yield Problem(Code.UNKNOWN_KEY, message, "remove it").at(key)
    for key in _OF_A_GROUP if data.get("without_group") is True else ():
        if key in data:
            message = f"`{key}` belongs to a group, and `without_group` says that there is none"
            yield Problem(Code.UNKNOWN_KEY, message, "remove one of the two").at(key)


def _says_its_tasks(data: Mapping[str, Any]) -> bool:
    """Return whether another key holds what belongs under `tasks`: an error of its own."""
    strange = [str(key) for key in data if key not in Group.key_names()]
    if KINDS.tag_of(data) is not None:
        return True
    meant = meant_keys(strange[:_COMPARED], data, Group.key_names()).values()
    return "tasks" in meant or "group_callable" in meant


def _argument_name_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with the names that become parameters of a function in the file."""
    given = data.get("with")
    if "group_callable" in data:
        return  # the function names its own
    if given and not is_mapped(data):
        message = "`with` belongs to a mapped group"
        hint = "add `expand`; for the operators in it, write it under `default_args`"
        yield Problem(Code.BAD_MAPPING, message, hint).at("with")
    for key in ("with", "expand"):
        names = data.get(key)
        for name in names if isinstance(names, dict) else ():
            if name == "dag" or str(name).endswith(_TAKEN_ENDS):
                message = f"{quoted(str(name))} is a name that the DAG file uses"
                yield Problem(Code.BAD_ARGUMENT, message, "choose another name").at(key, name)
