"""A file of Airflow's YAML as its documents, each with the date of its schema."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dagctl.convert.foreign_yaml.reader import read_foreign_documents, refused
from dagctl.findings.codes import Code
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from dagctl.convert.foreign_yaml.reader import Fields

EDITION = "2026-10-30"
"""The date of the schema that Airflow 3.4 has; it has no other."""
SCHEMA = f"https://airflow.apache.org/schemas/dag/{EDITION}.json"
_ANY_SCHEMA = lazy_pattern(
    r"https://airflow\.apache\.org/schemas/dag/\d{4}-\d{2}-\d{2}\.json", re.ASCII
)


def names_the_schema(text: str) -> bool:
    """Return whether Airflow would take a YAML text for a file of DAGs."""
    return "$schema" in text and _ANY_SCHEMA.search(text) is not None


def documents_of(text: str, file: str) -> list[Fields]:
    """Return the documents of a file, one DAG each.

    Raises:
        SpecError: The file is no YAML, or a document names no schema that is known.
    """
    documents = read_foreign_documents(text, file, unique=True)
    for document in documents:
        schema = document.get("$schema")
        if schema != SCHEMA:
            line = document.at("$schema").line
            known = isinstance(schema, str) and _ANY_SCHEMA.fullmatch(schema) is not None
            what = "of another date" if known else "missing, or no schema of a DAG"
            message = f"`$schema` is {what}; Airflow 3.4 has {SCHEMA}"
            raise refused(file, line, Code.UNKNOWN_KEY, message)
    return documents
