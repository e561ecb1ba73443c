"""Conversions as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from dagctl.convert.outcome.report import Outcome
from dagctl.views.form import Positive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.commands.convert import Converted, WrittenSpec
    from dagctl.commands.convert_specs import WrittenOut
    from dagctl.convert import ConvertedDag, Remark
    from dagctl.convert.outcome.exported import ExportedSpec


class RemarkData(TypedDict):
    """What became of something that a file says."""

    outcome: Outcome
    file: str
    line: Positive
    subject: str
    text: str


class ConvertedData(TypedDict):
    """A DAG in either direction: where it stood, and what was said about it."""

    dag_id: str
    file: str
    line: Positive
    written: str | None
    """The file that was written, or null."""
    whole: bool
    """Whether nothing is left out."""
    remarks: list[RemarkData]


class ConvertedDagData(ConvertedData):
    """A DAG of another tool as a spec."""

    spec: dict[str, Any]


class ExportedDagData(ConvertedData):
    """A spec as a file of another tool."""

    format: str
    text: str
    beside: dict[str, str]
    """The files that it needs: texts by name."""


class ConversionData(TypedDict):
    """What `convert` made of files."""

    dags: list[ConvertedDagData]
    remarks: list[RemarkData]
    """What concerns a file as a whole."""
    beside: dict[str, str]
    """The modules that the DAGs need in the DAGs folder: texts by name."""


class SpecsConversionData(TypedDict):
    """What `convert --to` made of specs."""

    dags: list[ExportedDagData]
    remarks: list[RemarkData]


def conversion_data(
    converted: Sequence[Converted], written: Sequence[WrittenSpec]
) -> ConversionData:
    """Return a conversion as JSON has it: each DAG with its spec and its remarks."""
    paths = {id(item.dag): str(item.path) for item in written}
    return {
        "dags": [
            {**_converted(dag, paths.get(id(dag))), "spec": dict(dag.data)}
            for file in converted
            for dag in file.conversion.dags
        ],
        "remarks": [
            remark_data(remark) for file in converted for remark in file.conversion.remarks
        ],
        "beside": {
            name: text for file in converted for name, text in file.conversion.beside.items()
        },
    }


def exported_data(
    exports: Sequence[ExportedSpec], written: Sequence[WrittenOut]
) -> SpecsConversionData:
    """Return specs in another format as JSON has them: each with its text and its remarks."""
    paths = {id(item.exported): str(item.path) for item in written}
    return {
        "dags": [
            {
                **_converted(each, paths.get(id(each))),
                "format": each.form,
                "text": each.text,
                "beside": dict(each.beside),
            }
            for each in exports
        ],
        "remarks": [],
    }


def _converted(dag: ConvertedDag | ExportedSpec, written: str | None) -> ConvertedData:
    return {
        "dag_id": dag.dag_id,
        "file": dag.place.file,
        "line": dag.place.line,
        "written": written,
        "whole": dag.whole,
        "remarks": [remark_data(remark) for remark in dag.remarks],
    }


def remark_data(remark: Remark) -> RemarkData:
    """Return a remark as JSON has it."""
    return {
        "outcome": remark.outcome,
        "file": remark.place.file,
        "line": remark.place.line,
        "subject": remark.subject,
        "text": remark.text,
    }
