"""`/openapi.json`: what FastAPI finds in the routes, with the spec's own schema and examples."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi

from dagctl import __version__
from dagctl.server import examples, forms
from dagctl.spec.model import DagSpec
from dagctl.views.comparison import ComparisonData
from dagctl.views.created import CreatedData
from dagctl.views.details import GraphData
from dagctl.views.form_schema import name_of, schema_of, schemas_of
from dagctl.views.operated import ChangedData
from dagctl.views.operators import OperatorsData, OperatorsShowData

if TYPE_CHECKING:
    from fastapi import FastAPI

    from dagctl.views.form_schema import Form

SCHEMAS = "#/components/schemas/"
VALIDATION = "HTTPValidationError"
"""The form in which FastAPI would refuse parameters."""
WORDS = {
    400: "A parameter or a header is wrong.",
    401: "There is no access token, or it is not accepted.",
    403: "The caller is not a member of the project, or may not write.",
    404: "There is no such DAG, version or operator.",
    408: "The body did not arrive in time.",
    409: "A name, a path, a lock or what is stored is in the way; nothing was changed.",
    412: "The DAG has another version than `If-Match` names; nothing was changed.",
    413: "The body is too large.",
    415: "The body is in no form that is read here.",
    422: "The spec has errors, each at its place; or the key belongs to another request.",
    428: "The DAG exists, and the update does not name the version that it replaces.",
    429: "Too many operations wait in this project, or too many large bodies are under way.",
    503: "Something does not answer; `state` says what state things are in.",
}
FORMS = (
    CreatedData,
    forms.DagListData,
    forms.DetailsData,
    GraphData,
    ChangedData,
    forms.ImportedData,
    forms.VersionsData,
    forms.VersionData,
    ComparisonData,
    forms.VerdictData,
    forms.TemplatesData,
    OperatorsData,
    OperatorsShowData,
    forms.ProblemData,
    forms.ReadyData,
)
"""The forms of answers; those that they are made of follow from them."""
WITH_NULLS = {
    name_of(forms.DagListData): examples.LIST,
    name_of(forms.VerdictData): examples.VERDICT,
    name_of(ComparisonData): examples.COMPARISON,
    name_of(forms.VersionsData): examples.VERSIONS,
    name_of(forms.VersionData): examples.VERSION,
    name_of(OperatorsShowData): examples.OPERATOR,
}
"""Examples by their form; FastAPI leaves nulls out of what it writes."""
OF_EVERY_CALL = (400, 401, 503)
OF_A_PROJECT = (403,)
UNCHANGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "The client has this answer, as `If-None-Match` says."}
}
"""An answer of the reads that have an `ETag`."""
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "title": "If-None-Match"},
    "description": "The `ETag` of an answer that the client has. If that is still the answer, "
    "304 is sent, and no body. What depends on the time, as the next run, counts for no change.",
}
OF_A_BODY = (408, 413, 415, 429)


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the answers of a route that can fail so."""
    schema = schema_of(forms.ProblemData, SCHEMAS)
    return {
        status: {
            "description": WORDS[status],
            "content": {"application/problem+json": {"schema": schema}},
        }
        for status in sorted({*OF_EVERY_CALL, *statuses})
    }


A_SPEC = {"$ref": f"{SCHEMAS}DagSpec"}
A_SPEC_OF_A_PROJECT = {"allOf": [A_SPEC], "required": ["project_id"]}
ANYTHING: dict[str, Any] = {}
"""A spec that somebody is still typing."""


def spec_body(schema: dict[str, Any]) -> dict[str, Any]:
    """Return what the routes that take a spec say of their body; YAML is read as JSON is."""
    content = {"schema": schema, "examples": examples.SPECS}
    media_types = ("application/json", "application/yaml")
    return {"requestBody": {"required": True, "content": dict.fromkeys(media_types, content)}}


def example(form: Form, value: object) -> dict[str, Any]:
    """Return what a route says of an answer in this form."""
    content = {"schema": schema_of(form, SCHEMAS), "example": value}
    return {"content": {"application/json": content}}


def archive_body() -> dict[str, Any]:
    """Return what a route that takes an archive says of its body."""
    content = {"application/zip": {"schema": {"type": "string", "format": "binary"}}}
    return {"requestBody": {"required": True, "content": content}}


def archive_answer() -> dict[str, Any]:
    """Return what a route says of an answer that is an archive."""
    return {"description": "The archive.", "content": archive_body()["requestBody"]["content"]}


def drawn(form: Form, value: object, drawing: str) -> dict[str, Any]:
    """Return what a route says of an answer that is JSON or a drawing."""
    texts = text("text/vnd.mermaid", "text/vnd.graphviz", example=drawing)
    return {
        **texts,
        **example(form, value),
        "content": {**texts["content"], **example(form, value)["content"]},
    }


def text(*media_types: str, example: str) -> dict[str, Any]:
    """Return what a route says of an answer that is text."""
    content = {
        media_type: {"schema": {"type": "string"}, "example": example} for media_type in media_types
    }
    return {"description": "The text.", "content": content}


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of the application."""
    document = get_openapi(
        title="dagctl",
        version=__version__,
        summary="Airflow DAGs from specs: created, listed, shown.",
        routes=app.routes,
    )
    document["components"]["schemas"] = {**schemas_of(FORMS, SCHEMAS), **_spec_schemas()}
    for path in document["paths"].values():
        for operation in path.values():
            _mend(operation["responses"])
            if "304" in operation["responses"]:
                operation["parameters"].append(IF_NONE_MATCH)
    return document


def _mend(responses: dict[str, Any]) -> None:
    """Take out what FastAPI says of its own validation, which answers 400 here; put nulls back."""
    for status, answer in tuple(responses.items()):
        forms_of = {_form(content): content for content in answer.get("content", {}).values()}
        if VALIDATION in forms_of:
            del responses[status]
        for form in WITH_NULLS.keys() & forms_of.keys():
            forms_of[form]["example"] = WITH_NULLS[form]


def _form(content: dict[str, Any]) -> str:
    """Return the name of the form that a content is in; empty if it has none of its own."""
    reference: str = content.get("schema", {}).get("$ref", "")
    return reference.removeprefix(SCHEMAS)


@lru_cache(maxsize=1)
def _spec_schemas() -> dict[str, Any]:
    spec = DagSpec.model_json_schema(ref_template=SCHEMAS + "{model}")
    parts = spec.pop("$defs")
    for schema in (spec, *parts.values()):
        for field in schema.get("properties", {}).values():
            _without_markers(field)
    return {**parts, "DagSpec": spec}


def _without_markers(field: dict[str, Any]) -> None:
    """Take away examples with a marker: readers of OpenAPI take its `$ref` for one of theirs."""
    kept = [value for value in field.pop("examples", ()) if '"$ref"' not in json.dumps(value)]
    if kept:
        field["examples"] = kept
