"""The recorded spec of a DAG, as a document."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dagctl.commands.show import spec_of
from dagctl.spec.load import check_spec
from dagctl.spec.yaml_writer import to_yaml

if TYPE_CHECKING:
    from dagctl.ports import DagRecord


def says_it_alone(text: str | None, record: DagRecord) -> bool:
    """Return whether a text is the recorded spec without defaults and variables, or is not known.

    Args:
        text: What the author wrote.
        record: The DAG.
    """
    if text is None:
        return True
    spec = check_spec(text, origin=record.source_path).spec
    return spec is not None and spec.digest() == record.spec_digest


def spec_as_json(record: DagRecord) -> str:
    """Return the recorded spec as a JSON document."""
    return json.dumps(spec_of(record).to_data(), indent=2, ensure_ascii=False) + "\n"


def spec_as_yaml(record: DagRecord) -> str:
    """Return the recorded spec as a YAML document, code as blocks where YAML can hold it so."""
    return to_yaml(spec_of(record))
