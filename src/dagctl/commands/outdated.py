"""Use case: which DAGs their specs no longer make, and which input has changed.

A spec is made of more than its file: defaults, variables, a template, files that it names. The
record has a digest of each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dagctl.errors import ConflictError, SpecError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dagctl.commands.workspace_specs import WorkspaceSpecs
    from dagctl.operation.backend import Backend
    from dagctl.ports import DagRecord, Files
    from dagctl.spec.inputs import Input
    from dagctl.spec.model import DagSpec

_TOGETHER = 100
"""DAGs whose records are read at once."""
InputState = Literal["same", "changed", "gone", "new"]
Makes = Literal["same", "other", "nothing", "unknown"]


@dataclass(frozen=True, slots=True)
class InputNow:
    """An input of a DAG, and how it is today."""

    input: Input
    state: InputState


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What a DAG was made of, and what that makes today."""

    record: DagRecord
    inputs: tuple[InputNow, ...]
    """Those that are recorded, then those that came since."""
    makes: Makes
    """`same`: the recorded DAG; `other`: another one; `nothing`: the spec has errors now;
    `unknown`: there is no spec file to be read here."""
    problem: str | None = None
    """The first error, with its place."""

    @property
    def is_outdated(self) -> bool:
        """Whether `create` would change the DAG, or be refused."""
        return self.makes in {"other", "nothing"}

    @property
    def changed(self) -> tuple[InputNow, ...]:
        """The inputs that are not as they were."""
        return tuple(each for each in self.inputs if each.state != "same")


def sources_of(record: DagRecord, files: Files, specs: WorkspaceSpecs) -> Sources:
    """Return what a DAG was made of. The spec is read only if an input has changed."""
    now = specs.input_digests(record.inputs)
    if all(now[each] == each.digest for each in record.inputs):
        same = tuple(InputNow(each, "same") for each in record.inputs)
        return Sources(record=record, inputs=same, makes="same")
    return _read(record, files, specs, now)


def outdated(
    backend: Backend, records: Iterable[DagRecord], specs: WorkspaceSpecs
) -> Iterator[Sources]:
    """Yield the DAGs that their spec files no longer make; each spec is read.

    Args:
        backend: The ports.
        records: The DAGs, as in a page of a list: without their inputs.
        specs: Reads the specs.
    """
    names = [each.dag_id for each in records if each.problem is None and each.spec_digest]
    for start in range(0, len(names), _TOGETHER):
        for record in backend.registry.find(dag_ids=names[start : start + _TOGETHER]):
            now = specs.input_digests(record.inputs)
            sources = _read(record, backend.files, specs, now)
            if sources.is_outdated:
                yield sources


def _read(
    record: DagRecord, files: Files, specs: WorkspaceSpecs, now: dict[Input, str | None]
) -> Sources:
    kept = tuple(InputNow(each, _state(each, now[each])) for each in record.inputs)
    source = record.source_path
    try:
        content = None if source is None else files.read(source)
    except (ConflictError, UsageError):  # a link, a folder
        content = None
    if source is None or content is None:
        return Sources(record=record, inputs=kept, makes="unknown")
    made = list(specs.variants(content, source))
    if any(spec.digest() == record.spec_digest for spec in made):
        return Sources(record=record, inputs=kept, makes="same")
    if made:
        return Sources(record=record, inputs=(*kept, *_new(record, made)), makes="other")
    problem = _first_problem(specs, content, source)
    return Sources(record=record, inputs=kept, makes="nothing", problem=problem)


def _state(item: Input, digest: str | None) -> InputState:
    if digest is None:
        return "gone"
    return "same" if digest == item.digest else "changed"


def _new(record: DagRecord, made: Sequence[DagSpec]) -> Iterator[InputNow]:
    """Yield the inputs that the spec has today, and did not have."""
    known = {(each.kind, each.name) for each in record.inputs}
    for each in made[0].inputs:
        if (each.kind, each.name) not in known:
            yield InputNow(each, "new")


def _first_problem(specs: WorkspaceSpecs, content: bytes, source: str) -> str:
    try:
        specs.load(content, source)
    except SpecError as error:
        first = error.diagnostics[0]
        return f"{first.file or source}:{first.line or 1}: {first.message}"
    return "it has errors"
