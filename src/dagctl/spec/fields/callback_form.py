"""The form of a callback: what a spec may have where Airflow calls something."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from dagctl.findings.characters import MAX_TEXT
from dagctl.spec.fields.import_path import CLASS_PATTERN, MAX_PATH, PATTERN
from dagctl.spec.validation.read_by import ReadBy, absent, as_list

TASK_CALLBACKS = {
    "on_execute_callback": "Called before it runs.",
    "on_failure_callback": "Called when it has failed, without retries left.",
    "on_success_callback": "Called when it has succeeded.",
    "on_retry_callback": "Called when it has failed and will be retried.",
    "on_skipped_callback": "Called when it skips itself.",
}
"""What a task may call, and when."""
DAG_CALLBACKS = {
    "on_failure_callback": "Called when a run of the DAG has failed.",
    "on_success_callback": "Called when a run of the DAG has succeeded.",
    "sla_miss_callback": "Called when tasks are later than their `sla` (Airflow 2).",
}
FORMS = {"callable": ("with",), "notifier": ("with",), "python_code": ()}
MAX_CALLBACKS = 20
"""Callbacks in one list."""

Callback = TypedDict(
    "Callback",
    {
        "callable": Annotated[
            str,
            Field(
                description="The import path of a function that takes the context.",
                json_schema_extra={"pattern": PATTERN, "maxLength": MAX_PATH},
            ),
        ],
        "notifier": Annotated[
            str,
            Field(
                description="A notifier: its class, `provider.Class`, or its import path.",
                json_schema_extra={"pattern": CLASS_PATTERN, "maxLength": MAX_PATH},
            ),
        ],
        "python_code": Annotated[
            str,
            Field(
                description="The body of a function that has `context`, or one `def`.",
                json_schema_extra={"minLength": 1, "maxLength": MAX_TEXT},
            ),
        ],
        "with": Annotated[dict[str, Any], Field(description="What it is called with.")],
    },
    total=False,
)
"""One callback, as it is written."""
Callback.__pydantic_config__ = ConfigDict(  # type: ignore[attr-defined] # where pydantic looks for it
    extra="forbid",
    json_schema_extra={
        "description": "What Airflow calls: a function, a notifier, or code.",
        # for a mapping only: for any other value an editor shows one error, not two
        "if": {"type": "object"},
        "then": {"oneOf": [{"required": [form]} for form in FORMS]},
    },
)
_Many = Annotated[list[Callback], Field(min_length=1, max_length=MAX_CALLBACKS)]


Callbacks = Annotated[
    Callback | list[Callback] | None, ReadBy(as_list, Callback | _Many, write=as_list)
]
"""The callbacks of one event, kept as they are: `callback_problems` says what is wrong with them.

One, or several.
"""


def callbacks_field(description: str) -> Any:  # noqa: ANN401 - a Field
    """Return the field of a model for the callbacks of one event; absent unless it is given."""
    example = {"callable": "alerts.pager.notify"}
    return Field(
        default=None,
        description=description,
        examples=[example],
        json_schema_extra=absent,
    )
