"""How the recorded DAGs stand: records, files, commits and objects compared, in one pass."""

from __future__ import annotations

from dataclasses import field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from dagctl.commands.recorded_state import drifts_here, in_parts, pages
from dagctl.frozen import mutable
from dagctl.operation.conflicts.drift import drift_of
from dagctl.operation.dags.foreign import LARGEST
from dagctl.operation.dags.inventory import MOST_FILES, dag_of, path_of
from dagctl.operation.dags.other_folder import left_behind
from dagctl.operation.stored_objects import read_objects
from dagctl.ports import Query
from dagctl.spec.load import check_data

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from dagctl.operation.backend import Backend
    from dagctl.operation.conflicts.drift import Drift
    from dagctl.ports import DagRecord, Reach
    from dagctl.settings import Settings

MOST_STRAYS = 1000
"""How many keys are listed that belong nowhere."""
PAGE = 200
"""How many DAGs are read at a time."""
MOST_SPECS = 1000
"""How many recorded specs are checked by today's rules."""
UNDER_WAY = timedelta(hours=1)
"""An object without a record that is younger may belong to an operation that is not done yet."""


@mutable
class Survey:
    """What was seen. DAGs are named by their ids, so that memory holds no specs."""

    count: int = 0
    damaged: dict[str, str] = field(default_factory=dict)
    """Records that cannot be read, each with what is wrong."""
    refused: list[str] = field(default_factory=list)
    """DAGs whose recorded spec is refused by today's rules."""
    without_spec: list[str] = field(default_factory=list)
    """DAGs of which no spec is recorded."""
    missing: list[str] = field(default_factory=list)
    """DAGs whose file is not in the work tree."""
    left: dict[str, str] = field(default_factory=dict)
    """DAGs whose file stands in the folder that `dags_folder` named before, each with its path."""
    changed: list[str] = field(default_factory=list)
    """DAGs whose file was changed by hand."""
    elsewhere: list[str] = field(default_factory=list)
    """DAGs that the branch that is checked out has not."""
    other: list[str] = field(default_factory=list)
    """DAGs whose file is another version, as dagctl wrote it, than the recorded one."""
    unmerged: list[str] = field(default_factory=list)
    """DAGs whose file holds both sides of a merge."""
    removed: list[str] = field(default_factory=list)
    """DAGs that another clone has removed, and whose file, as dagctl wrote it, is still here."""
    stored_wrongly: list[str] = field(default_factory=list)
    """DAGs whose object is missing, or holds other bytes than the recorded ones."""
    orphans: list[str] = field(default_factory=list)
    """Keys of objects without a record."""
    strays: list[str] = field(default_factory=list)
    """Keys where no DAG is stored."""
    commits: dict[str, str] = field(default_factory=dict)
    """Each recorded commit, with a DAG of it."""
    reach: Reach | None = None
    """From where the commits can be reached; None if the repository cannot say."""


def survey(backend: Backend, settings: Settings) -> Survey:
    """Return how the DAGs of a project stand.

    Costs one registry call and `PAGE` reads of the store a page, one call more for 50
    specs, three git commands in all, one list of the store a folder and a thousand objects.

    Raises:
        DagctlError: Registry, store or repository cannot be read.
    """
    result, keys, ids = Survey(), set[str](), set[str]()
    for records in (page.records for page in pages(backend.registry, Query(limit=PAGE))):
        result.count += len(records)
        whole = [record for record in records if not _damage(result, record)]
        keys |= {record.storage_path for record in whole}
        ids |= {record.dag_id for record in records}
        _look_at(result, backend, whole)
        _look_at_files(result, backend, settings, whole)
        _look_at_specs(result, backend, [record.dag_id for record in whole])
    if backend.cache is None:  # an embedded registry takes the file for a DAG that is back
        result.removed = _removed(backend, settings, ids)
    result.reach = backend.repo.reach(result.commits)
    folder = f"{settings.project_id}/dags"
    settled = datetime.now(UTC) - UNDER_WAY
    for stored in backend.store.keys(folder):  # those of the folder come first
        if stored.key.rpartition("/")[0] != folder:
            result.strays.append(stored.key)
        elif stored.key not in keys and stored.written_at < settled:
            result.orphans.append(stored.key)
        if len(result.strays) == MOST_STRAYS:
            break
    result.orphans.sort()
    result.strays.sort()
    return result


def _damage(survey: Survey, record: DagRecord) -> bool:
    if record.problem is not None:
        survey.damaged[record.dag_id] = record.problem
    return record.problem is not None


def _look_at(survey: Survey, backend: Backend, records: Sequence[DagRecord]) -> None:
    for record in records:
        if record.commit_id:
            survey.commits.setdefault(record.commit_id, record.dag_id)
    objects = read_objects(backend.store, [record.storage_path for record in records])
    survey.stored_wrongly += [
        record.dag_id
        for record in records
        if drift_of(objects[record.storage_path], record.content_digest) != "none"
    ]


def _look_at_specs(survey: Survey, backend: Backend, dag_ids: Sequence[str]) -> None:
    """Check the specs of the first DAGs, and of those that are to be written again from theirs."""
    broken = {*survey.missing, *survey.stored_wrongly}
    meant = [dag_id for dag_id in dag_ids if survey.count <= MOST_SPECS or dag_id in broken]
    for some in map(set, in_parts(meant)):
        for record in backend.registry.find(dag_ids=some):
            if record.problem is not None or record.dag_id not in some:
                continue
            if not record.spec:
                survey.without_spec.append(record.dag_id)
            elif check_data(record.spec).spec is None:
                survey.refused.append(record.dag_id)


def _look_at_files(
    survey: Survey, backend: Backend, settings: Settings, records: Sequence[DagRecord]
) -> None:
    # of a row that no dagctl wrote, nothing is recorded of its file
    known = [record for record in records if record.content_digest]
    lists = {
        "missing": survey.missing,
        "changed": survey.changed,
        "elsewhere": survey.elsewhere,
        "behind": survey.other,
        "ahead": survey.other,
        "unmerged": survey.unmerged,
    }
    for record, drift in zip(known, drifts_here(backend, settings, known), strict=True):
        if drift is None:
            survey.damaged[record.dag_id] = "its path is none that dagctl writes"
        elif (left := _left(backend, settings, record, drift)) is not None:
            survey.left[record.dag_id] = left
        elif drift in lists:
            lists[drift].append(record.dag_id)


def _removed(backend: Backend, settings: Settings, recorded: Collection[str]) -> list[str]:
    """Return the removed DAGs whose file is here, as dagctl wrote it."""
    files = backend.files.python_files(settings.dags_folder, MOST_FILES, LARGEST)
    own = (dag_of(settings, path, content) for path, content in files)
    lone = [dag_id for dag_id, header in own if header is not None and dag_id not in recorded]
    stones = backend.registry.find(dag_ids=lone, removed=True, specs=False) if lone else []
    return [record.dag_id for record in stones if record.is_removed and record.dag_id in lone]


def _left(backend: Backend, settings: Settings, record: DagRecord, drift: Drift) -> str | None:
    """Return where a file stands that is missing only as `dags_folder` was changed."""
    if drift != "missing":
        return None
    return left_behind(backend.files, record, path_of(settings, record.dag_id))
