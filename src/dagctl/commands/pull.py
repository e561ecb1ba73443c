"""Write spec and DAG file from the registry into the work tree, where they lack or lag.

What a person has changed stays. Nothing is committed: the files are those that another clone has
committed, or is about to. Each file is written whole or not at all, the specs before the DAG files,
so that a run that stops half way has undone no work, and a repeat goes on. There is no journal:
what a killed run has left beside a file is removed by the next `pull` that looks at the file.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from dagctl.commands.recorded_state import pages, record_of
from dagctl.errors import DagctlError
from dagctl.frozen import frozen
from dagctl.next_step import HEAL
from dagctl.operation.change import digest_of
from dagctl.operation.dags.lagging import lag_of
from dagctl.operation.execution.recovery import recover_all
from dagctl.operation.stored_objects import read_objects
from dagctl.ports import FileWrite, Query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from dagctl.operation.backend import Backend, Context
    from dagctl.operation.dags.lagging import Lag, State
    from dagctl.operation.execution.settling import Recovered
    from dagctl.ports import DagRecord, Registry

AT_ONCE = 100
"""How many DAGs are looked at before their files are written: their contents are held."""


@frozen(kw_only=True)
class PulledDag:
    """What became of the files of one DAG."""

    dag_id: str
    version: int
    file_path: str
    file: State
    source: str | None
    """The path of the spec, or None."""
    spec: State
    warnings: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether a file was written."""
        return "written" in {self.file, self.spec}

    @property
    def is_current(self) -> bool:
        """Whether there was nothing to do."""
        return self.file == "current" and self.spec in {"current", "none"} and not self.warnings


def pull(
    context: Context,
    dag_ids: Sequence[str],
    on_recovered: Callable[[Sequence[Recovered]], None],
    *,
    dry_run: bool = False,
) -> tuple[PulledDag, ...]:
    """Bring the work tree up to what is recorded, and return what became of each DAG.

    Args:
        context: The ports and the settings.
        dag_ids: The DAGs; none: all.
        on_recovered: Gets what became of operations that had stopped.
        dry_run: Write nothing.

    Raises:
        NotFoundError: One of them is not recorded.
        ConflictError: Another dagctl holds the workspace.
        UnavailableError: Something cannot be read or written; what was written before stays.
    """
    pulled: list[PulledDag] = []
    with context.lock():
        on_recovered(recover_all(context).recovered)
        registry = context.backend.registry
        records = iter(_named(registry, dag_ids)) if dag_ids else _all(registry)
        with _saying_what_is_done(pulled):
            while batch := list(islice(records, AT_ONCE)):
                pulled += _brought(context, batch, dry_run=dry_run)
    return tuple(pulled)


def _all(registry: Registry) -> Iterator[DagRecord]:
    for page in pages(registry, Query(limit=AT_ONCE)):
        yield from page.records


def _named(registry: Registry, dag_ids: Sequence[str]) -> list[DagRecord]:
    records = {each.dag_id: each for each in registry.find(dag_ids=dag_ids, specs=False)}
    names = dict.fromkeys(dag_ids)
    return [records.get(name) or record_of(registry, name) for name in names]


@contextmanager
def _saying_what_is_done(pulled: Sequence[PulledDag]) -> Iterator[None]:
    """Let a failure say that files were written before it, if that is so."""
    try:
        yield
    except DagctlError as error:
        if any(dag.changed for dag in pulled):
            error.state = "some files were written already, each whole; a repeat goes on"
        raise


def _brought(context: Context, records: Iterable[DagRecord], *, dry_run: bool) -> list[PulledDag]:
    """Bring the files of some DAGs, and return what became of each."""
    backend = context.backend
    lags = [lag_of(context, record) for record in records]
    left_out = _left_out(backend, lags)
    lags = [_passed_over(lag) if left_out.intersection(lag.missing) else lag for lag in lags]
    keys = [lag.record.storage_path for lag in lags if lag.file == "written"]
    objects = read_objects(backend.store, keys) if keys else {}
    lags = [_stored(lag, objects) for lag in lags]
    if not dry_run:
        backend.files.clear(_current(lags))
        if any("written" in {lag.file, lag.spec} for lag in lags):
            _write(context, lags, objects)
    return list(map(_pulled, lags))


def _current(lags: Sequence[Lag]) -> Iterator[str]:
    """Yield files that an earlier pull may have written just before it was killed."""
    for lag in lags:
        if lag.file == "current":
            yield lag.path
        if lag.spec == "current" and lag.record.source_path is not None:
            yield lag.record.source_path


def _left_out(backend: Backend, lags: Sequence[Lag]) -> set[str]:
    missing = [path for lag in lags for path in lag.missing]
    return backend.repo.left_out(missing) if missing else set()


def _passed_over(lag: Lag) -> Lag:
    folder = lag.path.rpartition("/")[0]
    warning = (
        f"files of `{lag.record.dag_id}` are left out by this sparse checkout, and are not "
        f"written: git sparse-checkout add {folder}, then again"
    )
    file: State = lag.file if lag.file != "written" else _left(lag)
    spec: State = "none" if lag.spec == "written" else lag.spec
    return replace(lag, file=file, spec=spec, spec_write=None, warnings=(warning,))


def _left(lag: Lag) -> State:
    return "none" if lag.old_file is None else "kept"


def _stored(lag: Lag, objects: Mapping[str, bytes | None]) -> Lag:
    """Return what is to be done where the store has the file as it is recorded, or has not."""
    if lag.file != "written":
        return lag
    content = objects[lag.record.storage_path]
    if content is not None and digest_of(content) == lag.record.content_digest:
        return lag
    where = "is not in the store" if content is None else "is not stored as it is recorded"
    warning = f"{lag.path} {where}: `{HEAL}` stores it again"
    return replace(lag, file=_left(lag), warnings=(*lag.warnings, warning))


def _write(context: Context, lags: Sequence[Lag], objects: Mapping[str, bytes | None]) -> None:
    files = context.backend.files
    with context.step("file"):
        for lag in lags:
            if lag.spec_write is not None:
                files.write_spec(lag.spec_write)
        files.write(
            [
                FileWrite(path=lag.path, old=lag.old_file, new=objects[lag.record.storage_path])
                for lag in lags
                if lag.file == "written"
            ]
        )


def _pulled(lag: Lag) -> PulledDag:
    return PulledDag(
        dag_id=lag.record.dag_id,
        version=lag.record.version,
        file_path=lag.path,
        file=lag.file,
        source=lag.record.source_path,
        spec=lag.spec,
        warnings=lag.warnings,
    )
