"""Bodies of HTTP requests: dag-factory writes a mapping as JSON where the headers say so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dagctl.convert.foreign_yaml.reader import Fields
from dagctl.text.template_signs import has_code

if TYPE_CHECKING:
    from dagctl.convert.outcome.report import Report

_OPERATORS = frozenset({"HttpOperator", "SimpleHttpOperator"})
_HEADER = "Content-Type"


def put_json(operator: str, fields: Fields, report: Report) -> None:
    """Put the JSON text that is sent in the place of the mapping in `data`."""
    data, headers = fields.get("data"), fields.get("headers")
    kind = str(headers.get(_HEADER, "")).lower() if isinstance(headers, Fields) else ""
    is_json = operator.rpartition(".")[2] in _OPERATORS and "application/json" in kind
    if not is_json or not isinstance(data, Fields):
        return
    try:
        text = json.dumps(data, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        report.gap(fields.at("data"), "data", "a value in it is none of JSON")
        return
    if has_code(text):
        report.new(fields.at("data"), "data", "Airflow renders its templates now")
    report.changed(fields.at("data"), "data", "it is the JSON text that is sent")
    fields.put("data", text, fields.at("data"))
