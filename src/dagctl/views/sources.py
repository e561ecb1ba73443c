"""What a DAG was made of, as JSON data and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from dagctl.commands.outdated import InputState, Makes
from dagctl.spec.inputs import InputKind
from dagctl.views.form import Sha256
from dagctl.views.record import RowData

if TYPE_CHECKING:
    from dagctl.commands.outdated import Sources
    from dagctl.spec.inputs import Input


class InputData(TypedDict):
    """A file or a variable that a spec was made of besides its text."""

    kind: InputKind
    name: str
    """A path in the workspace, the name of a variable, or `cleanup@1`."""
    digest: Sha256
    """SHA-256 of the text, or of the value as JSON, when the DAG was made; of a new input,
    today's."""
    state: InputState


class SourcesData(TypedDict):
    """What a DAG was made of, and what that makes today."""

    makes: Makes
    """What the spec file makes today: the recorded DAG, another one, nothing (it has errors), or
    unknown: it was not read, as no input has changed, cannot be read here, or was not read for
    each environment."""
    inputs: list[InputData]
    """What the spec was made of besides its text."""
    spec_error: str | None
    """The first error of the spec, if `makes` is `nothing`; if it is `unknown`, why the spec was
    not read for each environment."""


class OutdatedRowData(RowData, SourcesData):
    """A DAG that its spec no longer makes, or may not make."""


class OutdatedData(TypedDict):
    """What `list --outdated` says."""

    dags: list[OutdatedRowData]
    next: None


def sources_data(sources: Sources) -> SourcesData:
    """Return what a DAG was made of, and what that makes today, as JSON data."""
    return {
        "makes": sources.makes,
        "inputs": [
            {
                "kind": each.input.kind,
                "name": each.input.name,
                "digest": each.input.digest,
                "state": each.state,
            }
            for each in sources.inputs
        ],
        "spec_error": sources.problem,
    }


def input_name(item: Input) -> str:
    """Return what a person calls an input: a path, `vars.bucket`, `template cleanup@1`."""
    prefixes = {"variable": "vars.", "template": "template "}
    return prefixes.get(item.kind, "") + item.name
