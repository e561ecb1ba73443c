"""Use case: which DAGs their specs no longer make, and which input has changed.

A spec is made of more than its file: defaults, variables, a template, files that it names. The
record has a digest of each.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Literal

from dagctl.commands.recorded_state import in_parts
from dagctl.errors import ConflictError, SpecError, UsageError
from dagctl.frozen import frozen
from dagctl.operation.backend import TooManyEnvironmentsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from dagctl.commands.workspace_specs import WorkspaceSpecs
    from dagctl.operation.backend import Backend
    from dagctl.ports import DagRecord, Files, Registry
    from dagctl.spec.inputs import Input

InputState = Literal["same", "changed", "gone", "new"]
Makes = Literal["same", "other", "nothing", "unknown"]
_OUTDATED = frozenset({"other", "nothing"})


@frozen
class InputNow:
    """An input of a DAG, and how it is today."""

    input: Input
    state: InputState


@frozen(kw_only=True)
class Sources:
    """What a DAG was made of, and what that makes today."""

    record: DagRecord
    inputs: tuple[InputNow, ...]
    """Those that are recorded, then those that came since."""
    makes: Makes
    """`same`: the recorded DAG; `other`: another one; `nothing`: the spec has errors now;
    `unknown`: the spec file was not read, as no input has changed, cannot be read here, or was not
    read for each environment."""
    problem: str | None = None
    """The first error, with its place; why it was not read for each environment."""

    @property
    def is_outdated(self) -> bool:
        """Whether `create` would change the DAG, or be refused."""
        return self.makes in _OUTDATED

    @property
    def changed(self) -> tuple[InputNow, ...]:
        """The inputs that are not as they were."""
        return tuple(each for each in self.inputs if each.state != "same")


def sources_of(record: DagRecord, files: Files, specs: WorkspaceSpecs) -> Sources:
    """Return what a DAG was made of. The spec is read only if an input has changed.

    To read it takes the YAML reader and the model, which `show` does without.
    """
    now = specs.input_digests(record.inputs)
    is_changed = any(now[each] != each.digest for each in record.inputs)
    today = _today(record, files, specs, lambda: record.inputs) if is_changed else _Today("unknown")
    return _sources(record, today, now)


def outdated(
    backend: Backend, records: Iterable[DagRecord], specs: WorkspaceSpecs
) -> Iterator[Sources]:
    """Yield the DAGs that their spec files no longer make, and those of which it is not known.

    Each spec is read.

    Args:
        backend: The ports.
        records: The DAGs, as in a page of a list: without their inputs.
        specs: Reads the specs.
    """
    for some in in_parts(list(records)):
        made_of = _inputs_of(backend.registry, [record.dag_id for record in some])
        read = (
            (each.dag_id, _today(each, backend.files, specs, partial(made_of, each.dag_id)))
            for each in some
        )
        changed = {dag_id: today for dag_id, today in read if today.is_shown}
        # the inputs are recorded with the spec: asked for only where they are shown
        for record in backend.registry.find(dag_ids=changed.keys()):
            if today := changed.get(record.dag_id):
                yield _sources(record, today, specs.input_digests(record.inputs))


@frozen
class _Today:
    """What the spec file of a DAG makes today, as each environment makes it."""

    makes: Makes
    inputs: Sequence[Input] = ()
    """Of the DAG that it makes, where that is another."""
    problem: str | None = None

    @property
    def is_shown(self) -> bool:
        """Whether there is something to say about the DAG."""
        return self.makes in _OUTDATED or self.problem is not None


def _inputs_of(registry: Registry, dag_ids: Sequence[str]) -> Callable[[str], Sequence[Input]]:
    """Return what says of each of these DAGs what it was made of; they are asked for once."""

    @cache
    def recorded() -> Mapping[str, Sequence[Input]]:
        return {record.dag_id: record.inputs for record in registry.find(dag_ids=dag_ids)}

    return lambda dag_id: recorded().get(dag_id, ())


def _today(
    record: DagRecord,
    files: Files,
    specs: WorkspaceSpecs,
    made_of: Callable[[], Sequence[Input]],
) -> _Today:
    source = record.source_path
    if source is None or record.problem is not None or not record.spec_digest:
        return _Today("unknown")
    try:
        content = files.read(source)
    except (ConflictError, UsageError):  # a link, a folder
        content = None
    if content is None:
        return _Today("unknown")
    inputs: Sequence[Input] | None = None
    try:
        # the first that makes the DAG is enough
        for spec in specs.variants(content, source, made_of):
            if spec.digest() == record.spec_digest:
                return _Today("same")
            inputs = spec.inputs if inputs is None else inputs
    except TooManyEnvironmentsError as error:
        return _Today("unknown", problem=f"{error.message}; {error.hint}")
    if inputs is not None:
        return _Today("other", inputs)
    return _Today("nothing", problem=_first_problem(specs, content, source))


def _sources(record: DagRecord, today: _Today, now: Mapping[Input, str | None]) -> Sources:
    kept = (InputNow(each, _state(each, now[each])) for each in record.inputs)
    inputs = (*kept, *_new(record, today.inputs))
    return Sources(record=record, inputs=inputs, makes=today.makes, problem=today.problem)


def _state(item: Input, digest: str | None) -> InputState:
    if digest is None:
        return "gone"
    return "same" if digest == item.digest else "changed"


def _new(record: DagRecord, inputs: Sequence[Input]) -> Iterator[InputNow]:
    """Yield the inputs that the spec has today, and did not have."""
    known = {(each.kind, each.name) for each in record.inputs}
    for each in inputs:
        if (each.kind, each.name) not in known:
            yield InputNow(each, "new")


def _first_problem(specs: WorkspaceSpecs, content: bytes, source: str) -> str:
    try:
        specs.load(content, source)
    except SpecError as error:
        first = error.diagnostics[0]
        return f"{first.file or source}:{first.line or 1}: {first.message}"
    return "it has errors"
