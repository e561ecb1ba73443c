"""Arguments of `DAG` beside the usual ones: who may do what, templates, deadlines, and the like.

Some exist on a part of the Airflows only; `operator_checks` looks at the target.
"""

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from dagctl.findings.characters import line_of
from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import quoted
from dagctl.spec.dag.deadlines import SCHEMA as DEADLINE
from dagctl.spec.fields.early_values import Early, early_value, is_early
from dagctl.spec.validation.read_by import ReadBy, absent
from dagctl.spec.validation.wrong_type import refuse_other_items, wrong_type

MAX_PATH = 1_000
MAX_LINK = 2_000
SINCE: dict[str, tuple[int, int]] = {
    "disable_bundle_versioning": (3, 0),
    "deadline": (3, 1),
    "allowed_run_types": (3, 2),
    "rerun_with_latest_version": (3, 3),
}
"""The first Airflow that has an argument, where 2.9 has not."""
ONLY_IN_2 = {
    "default_view": "remove it: Airflow 3 has one view",
    "orientation": "remove it: Airflow 3 lets each person choose",
    "sla_miss_callback": "write `deadline` (Airflow 3.1 and later), or `dagrun_timeout`",
}
"""The arguments that Airflow 3 has no more, each with what to do there."""


Folder = str | Early


def _search_path(value: object) -> Folder | list[Folder] | None:
    if value is None:
        return None
    if isinstance(value, str) or is_early(value):
        return _folder(value)
    if not isinstance(value, list | tuple):
        raise wrong_type(("template_searchpath",), "a folder or a list of folders", value).error()
    refuse_other_items("template_searchpath", ["" if is_early(item) else item for item in value])
    if not value:
        raise Problem(Code.BLANK, "the list is empty", "write a folder, or remove it").error()
    return [_folder(item, place) for place, item in enumerate(value)]


def _folder(value: Any, *path: int) -> Folder:  # noqa: ANN401 - JSON data
    """Return a folder that Airflow searches: its text, or the call that gives it at each parse."""
    return early_value(value, *path) if is_early(value) else line_of(MAX_PATH)(value)


def _links(value: dict[str, str]) -> dict[str, str]:
    """Return links of owners unchanged; Airflow loads no DAG with one that is none."""
    for owner, link in value.items():
        if not _is_link(link):
            message = f"the link of {quoted(owner)} is neither a URL nor `mailto:`"
            hint = "write `https://...` or `mailto:team@example.com`"
            raise Problem(Code.BAD_ARGUMENT, message, hint).at(owner).error()
    return value


def _is_link(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    is_whole = bool(parts.path) if parts.scheme == "mailto" else bool(parts.scheme and parts.netloc)
    return is_whole and link.isprintable() and len(link) <= MAX_LINK


def _rights(roles: object) -> object:
    """Return what each role may do unchanged: a list of rights, or one for each resource."""
    for role, rights in roles.items() if isinstance(roles, dict) else ():
        lists = rights.values() if isinstance(rights, dict) else (rights,)
        for given in lists:
            if not isinstance(given, list | tuple) or not all(isinstance(it, str) for it in given):
                message = f"the rights of {quoted(str(role))} are a list of texts"
                hint = f"write `[{given}]`" if isinstance(given, str) else "write `[can_read]`"
                raise Problem(Code.WRONG_TYPE, message, hint).error()
    return roles


def _one_or_several(schema: dict[str, Any]) -> None:
    """Put what editors know of deadlines into the schema of the field."""
    absent(schema)
    several = {"type": "array", "items": DEADLINE, "minItems": 1}
    schema["anyOf"] = [DEADLINE, several, {"type": "null"}]


Permissions = dict[str, list[str] | dict[str, list[str]]]
FailFast = Annotated[
    bool | None,
    Field(description="Whether a task that fails ends the run and all tasks under way."),
]
AccessControl = Annotated[
    Permissions | None,
    BeforeValidator(_rights),
    Field(
        description="What each role may do with the DAG.",
        examples=[{"Viewer": ["can_read"]}],
        json_schema_extra=absent,
    ),
]
SearchPath = Annotated[
    Folder | list[Folder] | None,
    ReadBy(_search_path, Folder | list[Folder] | None),
    Field(
        description="Folders in which Airflow looks for files of templates.",
        examples=["/opt/airflow/sql"],
        json_schema_extra=absent,
    ),
]
OwnerLinks = Annotated[
    Annotated[dict[str, str], AfterValidator(_links)] | None,
    Field(
        description="Where the name of an owner leads to.",
        examples=[{"data-team": "mailto:data@example.com"}],
        json_schema_extra=absent,
    ),
]
Macros = Annotated[
    dict[str, Any],
    Field(
        description="Names for templates: values, and functions by `$ref` or `$python_code`.",
        examples=[{"limit": 5, "day_of": {"$ref": "jobs.dates.day_of"}}],
        json_schema_extra=absent,
    ),
]
Filters = Annotated[
    dict[str, Any],
    Field(
        description="Filters for templates: functions by `$ref` or `$python_code`.",
        examples=[{"day_of": {"$ref": "jobs.dates.day_of"}}],
        json_schema_extra=absent,
    ),
]
JinjaOptions = Annotated[
    dict[str, Any],
    Field(
        description="Options of the Jinja environment.",
        examples=[{"trim_blocks": True}],
        json_schema_extra=absent,
    ),
]
Undefined = Annotated[
    dict[str, Any] | None,
    Field(
        description="What a template makes of a name that is not there: a class by `$ref`.",
        examples=[{"$ref": "jinja2.Undefined"}],
        json_schema_extra=absent,
    ),
]
Deadline = Annotated[
    Any,
    Field(
        description="By when a run must be done, and what is called if it is not (Airflow 3.1).",
        json_schema_extra=_one_or_several,
    ),
]
RunTypes = Annotated[
    list[Literal["manual", "scheduled", "backfill", "asset_triggered", "asset_materialization"]]
    | None,
    Field(
        description="Which kinds of runs the DAG may have (Airflow 3.2).",
        examples=[["manual"]],
        json_schema_extra=absent,
    ),
]
NoBundleVersions = Annotated[
    bool | None, Field(description="Whether tasks run the newest code (Airflow 3).")
]
LatestOnRerun = Annotated[
    bool | None, Field(description="Whether a run that is repeated has the newest code (3.3).")
]
FirstView = Annotated[
    Literal["grid", "graph", "duration", "gantt", "landing_times"] | None,
    Field(description="How Airflow 2 shows the DAG first.", json_schema_extra=absent),
]
Orientation = Annotated[
    Literal["LR", "TB", "RL", "BT"] | None,
    Field(description="How the graph lies in Airflow 2.", json_schema_extra=absent),
]
