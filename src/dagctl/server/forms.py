"""The JSON forms of answers, as `/openapi.json` describes them; commands make the values."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Time = Field(json_schema_extra={"format": "date-time"})
Uuid = Field(json_schema_extra={"format": "uuid"})


class Form(BaseModel):
    """An answer; clients should pass over keys that they do not know."""

    model_config = ConfigDict(
        json_schema_serialization_defaults_required=True,
        use_attribute_docstrings=True,  # they are the fields' descriptions
    )


class Created(Form):
    """What was created: the guide's response."""

    dag_id: str
    """The final id: the name's slug, with a number if it was taken."""
    file_path: str
    commit_id: str
    created_at: str = Time


class Dag(Form):
    """A row of `user_dags`: the guide's columns."""

    id: str = Uuid
    project_id: str = Uuid
    user_id: str = Uuid
    dag_id: str
    dag_name: str
    description: str
    file_path: str
    schedule_interval: str | None
    owner: str
    tags: list[str]
    task_count: int
    is_active: bool
    created_at: str = Time
    updated_at: str = Time
    commit_id: str


class DagList(Form):
    """A page of DAGs, sorted by id."""

    dags: list[Dag]
    next_cursor: str | None
    """The `cursor` of the next page; null at the end."""


class Group(Form):
    """A group of tasks."""

    id: str
    members: list[str]
    """The tasks and groups that stand in it."""


class Graph(Form):
    """The tasks and what waits for what."""

    nodes: list[str]
    edges: list[list[str]]
    """Each as (what runs first, what waits): tasks, and groups where all in them is meant."""
    levels: list[list[str]]
    """The tasks that may run at the same time, in order."""
    groups: list[Group]
    """The groups, each before those in it."""


class Details(Dag):
    """Everything about one DAG.

    What follows from the spec is null for a row without one, and where today's rules refuse it.
    """

    version: int
    schedule_in_words: str | None
    next_run: str | None = Time
    graph: Graph | None
    spec: dict[str, Any] | None
    spec_problems: list[str]
    """Why the recorded spec is refused by today's rules."""


class Change(Form):
    """One difference between two versions of a spec."""

    kind: Literal["added", "removed", "changed"]
    path: list[str]
    """The field: `["retries"]`, `["tasks", "load"]` or `["tasks", "load", "bash_command"]`."""
    before: Any
    after: Any


class Made(Form):
    """Who made a version, when and how."""

    version: int
    action: Literal["create", "update", "rollback", "rename", "delete", "restore"]
    renamed: str | None
    """Of a rename: the other id."""
    dag_id: str
    made_at: str = Time
    made_by: str | None
    """The e-mail address of the account, or null if it is not recorded."""
    imported_by: str | None
    """Who brought the version from an archive, which says who made it and when; or null."""
    commit_id: str
    operation_id: str | None = Uuid
    source: str | None
    """The path of the spec in the workspace, or null."""
    file_path: str
    spec_digest: str
    """SHA-256 of the spec."""
    content_digest: str
    """SHA-256 of the DAG file."""


class Newer(Form):
    """A version of a DAG that a request does not know."""

    version: int
    made_at: str | None = Time
    made_by: str | None
    """The e-mail address of the account, or null if it is not recorded."""
    commit_id: str
    changes: list[Change] | None
    """What was changed since the version that the request is based on; null if that is not
    known."""


class Changed(Form):
    """What became of a DAG."""

    dag_id: str
    action: Literal["update", "rollback", "rename", "delete", "restore", "unchanged"]
    version: int
    """The version that it has now; that of a removal for one that is removed."""
    file_path: str
    commit_id: str


class ImportedDag(Form):
    """What became of a DAG of an archive."""

    dag_id: str
    action: Literal["import", "update", "unchanged"]
    version: int
    """The version that it has now."""
    file_path: str
    commit_id: str


class Imported(Form):
    """What an import did."""

    dags: list[ImportedDag]
    warnings: list[str]


class Entry(Made):
    """A version and what it changed."""

    changes: list[Change] | None
    """Against the version before; null if there is none, or one of both has no spec."""


class Versions(Form):
    """A page of versions, the newest first."""

    versions: list[Entry]
    next_before: int | None
    """The `before` of the next page; null at the end."""


class Version(Dag, Made):
    """One version, as it was recorded."""

    dag_id: str
    commit_id: str
    file_path: str
    spec: dict[str, Any] | None
    spec_text: str | None
    """The spec as its author sent it, or null."""


class Consequence(Form):
    """One thing that happens in Airflow because of a change."""

    kind: Literal[
        "task_renamed",
        "task_removed",
        "task_added",
        "next_run",
        "start_date",
        "catchup",
        "paused_at_first",
        "dag_gone",
        "dag_back",
        "dag_id",
    ]
    subject: str
    """The task that it is about, or the DAG."""
    text: str


class Comparison(Form):
    """What two versions of a DAG differ in."""

    dag_id: str
    before: Made
    after: Made
    changes: list[Change] | None
    """Null if one of both has no spec."""
    consequences: list[Consequence]
    """What the changes mean in an Airflow that knows the DAG already."""
    diff: str
    """The unified diff of what their authors sent; empty if it is the same."""


class Place(Form):
    """A place in the text of the body; lines and columns count from 1."""

    line: int
    column: int


class Range(Form):
    """A stretch of the body; the end is exclusive."""

    start: Place
    end: Place


class Finding(Form):
    """One finding about a spec."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    code: str
    severity: Literal["error", "warning", "info"]
    message: str
    hint: str | None
    pointer: str
    """Where in the document, as a JSON Pointer (RFC 6901)."""
    path: list[str | int]
    range: Range | None
    file: str = ""
    """The template that `pointer`, `path` and `range` are in; not given where that is the body."""


class Verdict(Form):
    """Whether a spec is good, and everything that was found about it."""

    valid: bool
    dag_id: str | None
    """The id that it would ask for; null if it is not valid."""
    diagnostics: list[Finding]


class Parameter(Form):
    """A parameter of a template."""

    name: str
    description: str
    required: bool
    rules: dict[str, Any]
    """JSON Schema."""


class Template(Form):
    """A template that a spec can use, by `use` and `with`."""

    name: str
    version: int
    source: str
    description: str
    parameters: list[Parameter]
    example: dict[str, Any]
    """A spec that uses it, complete but for `project_id`."""


class Templates(Form):
    """The templates that a spec can use."""

    templates: list[Template]


class Problem(Form):
    """What went wrong, as RFC 9457 has it, and what state things are in."""

    type: str
    """`urn:dagctl:` and the code in lower case."""
    title: str
    status: int
    detail: str
    code: str
    """The code of the command line: `dagctl explain CODE`."""
    state: str
    """What state things are in now."""
    fix: str | None
    """The one next step."""
    retryable: bool
    """Whether the same request may succeed later."""
    request_id: str
    diagnostics: list[Finding]
    diff: str | None
    newer: Newer | None
    """The version that an update does not know, where that is why it is refused."""


class Ready(Form):
    """Whether the server can do its work, and what each part that it needs says."""

    ready: bool
    checks: dict[str, str]
    """`ok`, or what is wrong."""
