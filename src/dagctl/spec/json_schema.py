"""The JSON Schema of a spec, for editors: draft-07, made from the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.findings.wording import in_json
from dagctl.operators.operators_schema import SHARED, operator_schema
from dagctl.spec.checks.target_checks import ARGUMENTS_SINCE, RULES_SINCE
from dagctl.spec.dag.settings import ONLY_IN_2, SINCE
from dagctl.spec.model import DagSpec
from dagctl.spec.resolution import ALL, TASK_DEFAULTS
from dagctl.spec.resolution.defaults import OF_ONE_DAG, keys_for
from dagctl.spec.resolution.file_texts import MARKER
from dagctl.spec.resolution.loops import MAX_NAMES
from dagctl.spec.resolution.use import USE, WITH
from dagctl.spec.tasks import KINDS, TASK_TYPES, Group, OperatorTask
from dagctl.target import target_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from dagctl.operators.operators_schema import OperatorSchema
    from dagctl.target import Target

DRAFT = "http://json-schema.org/draft-07/schema#"
"""The draft that the editors' YAML servers read best."""

GROUP_MODEL = Group.__name__
_RENAMED = {"$defs": "definitions"}
_DROPPED = {"discriminator"}  # OpenAPI's word, unknown to JSON Schema


def json_schema(
    providers: Collection[str] | None = None, airflow: str = "3", *, complete: bool = True
) -> dict[str, Any]:
    """Return the schema. What it refuses, dagctl refuses too; dagctl finds more (cycles, code).

    Args:
        providers: Those whose operators it is to know, with their parameters; those of Airflow
            itself and of `standard` are there too. None: it knows no operators.
        airflow: The Airflow whose operators they are.
        complete: As of `operator_schema`.

    Raises:
        ValueError: There is no such Airflow.
    """
    schema: dict[str, Any] = _draft07(DagSpec.model_json_schema())
    if providers is not None:
        known = operator_schema(providers, airflow, complete=complete)
        _leave_out(schema, target_of(airflow))
        _know_operators(schema["definitions"], known)
    _take_files(schema)
    _take_variables(schema)
    _know_loops(schema["definitions"])
    _choose_entries(schema)
    fields = schema["properties"]
    short = {**fields["schedule_interval"], "description": "Short for schedule_interval."}
    editor = {"type": "string", "description": "The schema for editors; dagctl ignores it."}
    properties = {"$schema": editor, **_LINK, **_OF_TASKS, **fields, "schedule": short}
    needed = schema.pop("required")
    made: dict[str, Any] = _with_snippets(
        {
            "$schema": DRAFT,
            **schema,
            "anyOf": [{"required": needed}, {"required": [USE]}],
            "title": "dagctl spec",
            "description": "One Airflow DAG.",
            "properties": properties,
            "not": {"required": ["schedule", "schedule_interval"]},
        }
    )
    return made


_OF_TASKS: dict[str, Any] = {
    TASK_DEFAULTS: {
        "description": "What tasks get that do not say it: those of a type, or of an operator.",
        "examples": [{"bash": {"pool": "shell"}, "S3KeySensor": {"with": {"aws_conn_id": "aws"}}}],
        "type": "object",
        "properties": {ALL: {"$ref": "#/definitions/DefaultArgs"}},
        "additionalProperties": {"type": "object"},
    },
}
_LINK: dict[str, Any] = {
    USE: {"type": "string", "description": "The template that the spec uses: `elt_dbt@1`."},
    WITH: {"type": "object", "description": "The values of the template's parameters."},
}
_FILE = {
    "type": "object",
    "properties": {
        MARKER: {"type": "string", "description": "The path of a file, from the workspace on."}
    },
    "required": [MARKER],
    "additionalProperties": False,
}
_FROM_FILES = ("bash_command", "python_code", "doc_md", "doc", "doc_json", "doc_yaml", "doc_rst")
"""Fields whose text may be that of a file."""
VARIABLE = {"type": "string", "pattern": r"\$\{\{"}
"""A text in which a variable stands: any value may come from one."""
_LOOP = {
    "description": "Makes the task or group once for each value; `${{ each.NAME }}` stands for it.",
    "examples": [{"table": ["orders", "customers"]}],
    "anyOf": [
        {
            "type": "object",
            "minProperties": 1,
            "maxProperties": MAX_NAMES,
            "additionalProperties": {"anyOf": [{"type": "array", "minItems": 1}, VARIABLE]},
        },
        VARIABLE,
    ],
}


def _leave_out(schema: dict[str, Any], target: Target) -> None:
    """Leave out the fields and the trigger rules that not each Airflow of the target has."""
    is_3 = target.newest[0] > 2  # noqa: PLR2004 - the series
    of_dag = {key for key, since in SINCE.items() if not target.has(since)}
    of_tasks = {key for key, since in ARGUMENTS_SINCE.items() if not target.has(since)}
    of_dag |= ONLY_IN_2.keys() if is_3 else set()
    of_tasks |= {"sla"} if is_3 else set()
    for part, keys in (
        (schema, of_dag),
        *((part, of_tasks) for part in schema["definitions"].values()),
    ):
        for key in keys & part.get("properties", {}).keys():
            del part["properties"][key]
        rule = part.get("properties", {}).get("trigger_rule", {})
        if "enum" in rule:
            rule["enum"] = [
                word
                for word in rule["enum"]
                if word not in RULES_SINCE or target.has(RULES_SINCE[word])
            ]


def defaults_schema() -> dict[str, Any]:
    """Return the schema of `defaults.yaml`: fields of a DAG, and `task_defaults`."""
    schema = json_schema()
    fields = {
        key: part
        for key, part in schema["properties"].items()
        if key not in OF_ONE_DAG | _LINK.keys()
    }
    selected = {word: _selected(schema["definitions"], word) for word in (ALL, *TASK_TYPES)}
    fields[TASK_DEFAULTS] = {
        "description": "What tasks get that do not say it: all, those of a type, of an operator.",
        "examples": [{"all": {"retries": 2}, "bash": {"pool": "shell"}}],
        "type": "object",
        "properties": selected,
        "additionalProperties": _selected(schema["definitions"], "Operator"),
    }
    del schema["anyOf"]
    title: dict[str, Any] = {
        "title": "dagctl defaults",
        "description": "What the DAGs of a folder share.",
    }
    return {**schema, **title, "properties": fields}


def _selected(definitions: dict[str, Any], word: str) -> dict[str, Any]:
    """Return the schema of the defaults for the tasks that a word selects."""
    name = "DefaultArgs" if word == ALL else TASK_TYPES.get(word, OperatorTask).__name__
    known = {**definitions["BashTask"]["properties"], **definitions[name]["properties"]}
    return {
        "type": "object",
        "properties": {key: known[key] for key in keys_for(word) if key in known},
        "additionalProperties": False,
    }


def _know_loops(definitions: dict[str, Any]) -> None:
    """Let tasks and groups have `for_each`, which is done before a model is made of them."""
    for name in (GROUP_MODEL, *(model.__name__ for model in KINDS.by_tag.values())):
        definitions[name]["properties"]["for_each"] = _LOOP


def _take_files(schema: dict[str, Any]) -> None:
    """Let a file stand for the fields that hold longer texts."""
    for part in (schema, *schema["definitions"].values()):
        fields = part.get("properties", {})
        for key in _FROM_FILES:
            if key in fields:
                fields[key] = _or(fields[key], _FILE)


def _choose_entries(schema: dict[str, Any]) -> None:
    """Let the own key of an entry choose its schema, so that a slip in it has no second mark."""
    for part in (schema, schema["definitions"][GROUP_MODEL]):
        of_list = part["properties"]["tasks"]
        entry = of_list["items"]
        for key, name in _OWN_KEYS:
            has_key = {"type": "object", "required": [key]}
            entry = {"if": has_key, "then": {"$ref": f"#/definitions/{name}"}, "else": entry}
        of_list["items"] = entry


_OWN_KEYS = (
    *((key, GROUP_MODEL) for key in ("group_callable", "group_id")),
    *((key, KINDS.by_tag[tag].__name__) for key, tag in KINDS.owners.items()),
)
"""Keys that show what an entry is, with its model; the last ones first where it has several."""


def _with_snippets(part: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a part of a schema whose examples that are mappings are snippets.

    The YAML language server, which most editors use, would offer each as `[object Object]`.
    """
    if isinstance(part, list):
        return [_with_snippets(item) for item in part]
    if not isinstance(part, dict):
        return part
    made = {key: _with_snippets(value) for key, value in part.items()}
    examples = part.get("examples")
    mappings = [it for it in examples if isinstance(it, dict)] if type(examples) is list else []
    if mappings:
        made["examples"] = [example for example in part["examples"] if example not in mappings]
        made["defaultSnippets"] = [{"label": in_json(it), "body": it} for it in mappings]
        if not made["examples"]:
            del made["examples"]
    return made


def _take_variables(schema: dict[str, Any]) -> None:
    """Let a variable stand for each value that is not any text already."""
    definitions = schema["definitions"]
    shared = {name: field for name, field in definitions.items() if name.startswith(SHARED)}
    for fields in (
        shared,
        *(part.get("properties", {}) for part in (schema, *definitions.values())),
    ):
        for key, field in fields.items():
            if key not in _ALWAYS_WRITTEN and not _is_any_text(field) and not _is_shared(field):
                fields[key] = _or_variable(field)
    definitions |= shared


def _is_shared(field: dict[str, Any]) -> bool:
    """Return whether a field is a parameter that several operators have: that takes variables."""
    return str(field.get("$ref", "")).startswith(f"#/definitions/{SHARED}")


_ALWAYS_WRITTEN = frozenset({"tasks", "task_type", "$schema"})
"""What editors choose the rest of the schema by."""


def _kinds(field: dict[str, Any]) -> list[str]:
    kinds = field.get("type", [])
    return [kinds] if isinstance(kinds, str) else list(kinds)


def _is_any_text(field: dict[str, Any]) -> bool:
    """Return whether a field takes any text, alone or beside other values."""
    return "string" in _kinds(field) and not field.keys() & _OF_TEXT


_OF_TEXT = frozenset({"pattern", "enum", "const"})
"""What says which texts a field takes."""


def _or_variable(field: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a field that may be a variable; what editors show stays outside."""
    kinds = _kinds(field)
    if kinds and "string" not in kinds and not field.keys() & _OF_TEXT:
        return {**field, "type": [*kinds, "string"], "pattern": VARIABLE["pattern"]}
    return _or(field, VARIABLE)


def _or(field: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a field that may have another form too."""
    outside = ("description", "default", "examples")
    shown: dict[str, Any] = {key: field[key] for key in outside if key in field}
    rest = {key: value for key, value in field.items() if key not in shown}
    return {**shown, "anyOf": [rest, other]} if rest else field


def _know_operators(definitions: dict[str, Any], operators: OperatorSchema) -> None:
    """Let the schema of an operator task complete its class, and what stands under `with`."""
    task = definitions["OperatorTask"]
    fields = task["properties"]
    about = fields["operator"]["description"]
    fields["operator"] = {"description": about, **operators.operator}
    fields["with"].pop("examples", None)  # those of the chosen operator are there instead
    task["allOf"] = [*task.get("allOf", ()), *operators.conditions]
    callback = definitions["Callback"]
    about = callback["properties"]["notifier"]["description"]
    callback["properties"]["notifier"] = {"description": about, **operators.notifier}
    callback["allOf"] = [*callback.get("allOf", ()), *operators.of_notifiers]
    definitions |= operators.definitions


def _draft07(part: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a part of a schema in the words of draft-07, without the titles that repeat keys."""
    if isinstance(part, list):
        return [_draft07(item) for item in part]
    if isinstance(part, str):
        return part.replace("#/$defs/", "#/definitions/")
    if not isinstance(part, dict):
        return part
    return {
        _RENAMED.get(key, key): _draft07(value)
        for key, value in part.items()
        if key not in _DROPPED and not (key == "title" and isinstance(value, str))
    }
