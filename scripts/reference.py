"""Writes the reference pages that follow from the program: commands, errors, HTTP API, JSON.

Run by `make docs`; a test holds the pages to what this would write.
"""

from __future__ import annotations

import json
import os
from contextlib import redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from dagctl.cli.app import run
from dagctl.cli.command_table import COMMANDS, verbs_of
from dagctl.cli.invocation import PLANNED
from dagctl.cli.reports.envelope import EnvelopeData
from dagctl.explanations import EXPLANATIONS
from dagctl.server.app import bare_app
from dagctl.server.openapi import WORDS, describe
from dagctl.views.form_schema import schema_of, schemas_of
from dagctl.views.results import RESULTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.explanations import Explanation

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference"
NOTE = "<!-- Written by `make docs`. -->"
OPENAPI = REFERENCE / "openapi.json"
SCHEMAS = "#/components/schemas/"
JSON = "application/json"

Document = dict[str, Any]
"""A part of the OpenAPI document."""


def pages() -> dict[Path, str]:
    """Return each page's path with its text."""
    document = describe(bare_app())
    return {
        REFERENCE / "commands.md": "\n".join(commands()),
        REFERENCE / "errors.md": "\n".join(errors()),
        REFERENCE / "http-api.md": "\n".join(http_api(document)),
        OPENAPI: json.dumps(document, indent=2) + "\n",
        **{
            REFERENCE / "json" / f"{name}.schema.json": json.dumps(schema, indent=2) + "\n"
            for name, schema in {"envelope": envelope_schema(), **result_schemas()}.items()
        },
    }


def commands() -> Iterator[str]:
    """Yield the lines of the page about commands."""
    yield "# Commands"
    yield ""
    yield NOTE
    yield ""
    yield from shown("--help")
    for name in COMMANDS:
        yield f"## dagctl {name}"
        yield ""
        yield from shown(name, "--help")
        for verb in verbs_of(name):
            yield f"### dagctl {name} {verb}"
            yield ""
            yield from shown(name, verb, "--help")


def shown(*arguments: str) -> Iterator[str]:
    """Yield what dagctl prints for these arguments, as a block."""
    yield "```text"
    yield help_text(*arguments)
    yield "```"
    yield ""


def help_text(*arguments: str) -> str:
    """Return what dagctl prints on 80 columns."""
    printed = TextIOWrapper(BytesIO(), "utf-8")
    environment = {"COLUMNS": "80", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
    with patch.dict(os.environ, environment), redirect_stdout(printed):
        run(arguments)
    printed.seek(0)
    return "\n".join(line.rstrip() for line in printed.read().rstrip().splitlines())


def errors() -> Iterator[str]:
    """Yield the lines of the page about error codes."""
    yield "# Errors"
    yield ""
    yield NOTE
    yield ""
    yield "Codes are stable. `dagctl explain CODE` prints one of these sections."
    yield ""
    for code, entry in EXPLANATIONS.items():
        yield from section(code, entry)


def section(code: str, entry: Explanation) -> Iterator[str]:
    """Yield the lines about one code."""
    yield f"## {code}"
    yield ""
    yield f"**{entry.title}**"
    yield ""
    yield entry.explanation
    yield ""
    for title, example in (("Wrong", entry.bad), ("Right", entry.good)):
        if example:
            yield f"{title}:"
            yield ""
            yield "```text"
            yield example.rstrip("\n")
            yield "```"
            yield ""
    yield f"Fix: {entry.fix}"
    yield ""


# --- The schemas of the JSON output ---------------------------------------------------------------

DEFINITIONS = "#/$defs/"
DIALECT = {"$schema": "https://json-schema.org/draft/2020-12/schema"}


def envelope_schema() -> Document:
    """Return the schema of what every command prints as JSON."""
    forms = schemas_of([EnvelopeData], DEFINITIONS)
    succeeded = {"ok": {"const": True}, "result": {"type": "object"}, "error": {"type": "null"}}
    failed = {"ok": {"const": False}, "error": {"type": "object"}}
    return {
        **DIALECT,
        "$id": "envelope.schema.json",
        "title": "The JSON output of every dagctl command",
        **forms.pop("Envelope"),
        "oneOf": [{"properties": succeeded}, {"properties": failed}],
        "$defs": forms,
    }


def result_schemas() -> dict[str, Document]:
    """Return the schema of what each command prints as JSON, by the command."""
    return {name: result_schema(name) for name in RESULTS}


def result_schema(command: str) -> Document:
    """Return the schema of what one command prints as JSON."""
    references = [schema_of(form, DEFINITIONS) for form in RESULTS[command]]
    is_planned = command in PLANNED
    return {
        **DIALECT,
        "$id": f"{command}.schema.json",
        "title": f"The JSON output of `dagctl {command}`",
        "allOf": [{"$ref": "envelope.schema.json"}],
        **({"required": ["dry_run"]} if is_planned else {}),
        "properties": {
            "command": {"const": command},
            "result": {"anyOf": [{"type": "null"}, *references]},
        },
        "$defs": schemas_of(RESULTS[command], DEFINITIONS),
    }


# --- The HTTP API ---------------------------------------------------------------------------------

API_INTRODUCTION = """\
What `dagctl serve` answers. [How to run it and call it](../how-to/serve.md) is a page of its own.
For programs there is [openapi.json](openapi.json); the server has it at `/openapi.json`.

- **Token.** Every call carries `Authorization: Bearer <Supabase access token>`, and is its user's.
  `/healthz`, `/readyz` and `/metrics`, for those who run the server, ask for none.
- **Body.** [A spec](spec.md), as JSON in UTF-8 (`Content-Type: application/json`) or as YAML
  (`application/yaml`).
- **Answers** are JSON in ASCII. Pass over keys that you do not know: new versions may add some.
  Times are RFC 3339 in UTC.
- **Failures** are `application/problem+json` (RFC 9457), in the form of [Problem](#problem). On the
  command line the same failures have [exit codes](exit-codes.md).
- **`X-Request-ID`** is in every answer and in the server's log; one that you send is kept."""


def http_api(document: Document) -> Iterator[str]:
    """Yield the lines of the page about the HTTP API."""
    yield from ("# HTTP API", "", NOTE, "", API_INTRODUCTION, "")
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield from endpoint(method.upper(), path, operation)
    yield from statuses()
    yield from ("## Forms", "")
    for name, schema in document["components"]["schemas"].items():
        if not name.endswith(("Spec", "Task")):  # the page about specs has those
            yield from form(name, schema)


def endpoint(method: str, path: str, operation: Document) -> Iterator[str]:
    """Yield the lines about one endpoint."""
    yield from (
        f"## {method} {path}",
        "",
        f"**{operation['summary']}.** {operation['description']}",
    )
    yield ""
    if parameters := operation.get("parameters"):
        rows = map(parameter, parameters)
        yield from table(("parameter", "in", "type", "default", "meaning"), rows)
    if body := operation.get("requestBody"):
        yield f"Body: a spec, as {alternatives(body['content'])}."
        yield ""
    responses = operation["responses"]
    answers = {status: each for status, each in responses.items() if is_answer(each)}
    for status, response in answers.items():
        yield from answer(status, response)
    if refusals := ", ".join(status for status in responses if status not in answers):
        yield from (f"Refusals: {refusals} ([when](#statuses)).", "")


def is_answer(response: Document) -> bool:
    """Return whether this is an answer in a form of its own, and no problem."""
    return "application/problem+json" not in response.get("content", {})


def parameter(described: Document) -> tuple[str, ...]:
    """Return the cells about one parameter."""
    schema, default = described["schema"], described["schema"].get("default")
    given = "required" if described["required"] else "" if default is None else f"`{default}`"
    kind = type_of(schema).removesuffix(" or null")
    return f"`{described['name']}`", described["in"], kind, given, described["description"]


def answer(status: str, response: Document) -> Iterator[str]:
    """Yield the lines about an answer: its form, and an example."""
    content = response.get("content")
    if content is None:
        yield from (f"Answer {status}: no body. {response['description']}", "")
        return
    schema = content.get(JSON, {}).get("schema", {})
    name = f"{type_of(schema)} as " if "$ref" in schema else ""
    yield f"Answer {status}: {name}{alternatives(content)}."
    yield ""
    if example := content.get(JSON, {}).get("example"):
        yield from ("```json", json.dumps(example, indent=2), "```", "")


def alternatives(content: Mapping[str, object]) -> str:
    """Return the media types as words."""
    return " or ".join(f"`{media_type}`" for media_type in content)


def statuses() -> Iterator[str]:
    """Yield the lines about what a refusal's status means."""
    yield from ("## Statuses", "")
    yield from table(("status", "when"), ((str(status), words) for status, words in WORDS.items()))
    yield "429 and 503 come with `Retry-After`, in seconds. An unforeseen failure is 500."
    yield ""


def form(name: str, schema: Document) -> Iterator[str]:
    """Yield the lines about one form of JSON."""
    yield from (f"### {name}", "", schema["description"], "")
    fields = schema["properties"].items()
    rows = ((f"`{key}`", type_of(part), part.get("description", "")) for key, part in fields)
    yield from table(("key", "type", "meaning"), rows)


def type_of(schema: Document) -> str:
    """Return a JSON Schema in few words; that a parameter may be absent needs none."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(SCHEMAS)
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(type_of(part) for part in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"`{word}`" for word in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {type_of(schema['items'])}"
    return str(schema.get("format", schema.get("type", "any")))


def table(titles: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    """Yield the lines of a table."""
    yield f"| {' | '.join(titles)} |"
    yield "|" + "---|" * len(titles)
    for row in rows:
        yield f"| {' | '.join(cell.replace(chr(10), ' ') for cell in row)} |"
    yield ""


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, "utf-8")
