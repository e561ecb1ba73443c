"""Conversions as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.commands.convert import Converted, WrittenSpec
    from dagctl.commands.convert_specs import WrittenOut
    from dagctl.convert import ConvertedDag, Remark
    from dagctl.convert.exported import ExportedSpec


def conversion_data(
    converted: Sequence[Converted], written: Sequence[WrittenSpec]
) -> dict[str, Any]:
    """Return a conversion as JSON has it: each DAG with its spec and its remarks."""
    paths = {id(item.dag): str(item.path) for item in written}
    return {
        "dags": [
            _converted(dag, paths.get(id(dag)), {"spec": dag.data})
            for file in converted
            for dag in file.conversion.dags
        ],
        "remarks": [
            remark_data(remark) for file in converted for remark in file.conversion.remarks
        ],
    }


def exported_data(exports: Sequence[ExportedSpec], written: Sequence[WrittenOut]) -> dict[str, Any]:
    """Return specs in another format as JSON has them: each with its text and its remarks."""
    paths = {id(item.exported): str(item.path) for item in written}
    return {
        "dags": [
            _converted(
                each,
                paths.get(id(each)),
                {"format": each.form, "text": each.text, "beside": dict(each.beside)},
            )
            for each in exports
        ],
        "remarks": [],
    }


def _converted(
    dag: ConvertedDag | ExportedSpec, written: str | None, made: dict[str, Any]
) -> dict[str, Any]:
    """Return a DAG in either direction: where it stood, what was made of it, and its remarks."""
    where = {"dag_id": dag.dag_id, "file": dag.place.file, "line": dag.place.line}
    remarks = [remark_data(remark) for remark in dag.remarks]
    return where | {"written": written, "whole": dag.whole} | made | {"remarks": remarks}


def remark_data(remark: Remark) -> dict[str, Any]:
    """Return a remark as JSON has it."""
    return {
        "outcome": remark.outcome.value,
        "file": remark.place.file,
        "line": remark.place.line,
        "subject": remark.subject,
        "text": remark.text,
    }
