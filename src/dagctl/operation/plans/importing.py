"""The plan of an import: each DAG of an archive is new here, a next version, or there already.

No code of an archive is written: a DAG file is made of its spec, as by `create`, and by today's
rules. What else the archive says (author, time, older versions) is kept as what it says.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from dagctl.dag_file.header import DIGITS, Header, Provenance, body_of, code_digest, read_header
from dagctl.errors import ConflictError, SpecError
from dagctl.next_step import FORCE, NUMBER, UPDATE, Command, Fix, Option
from dagctl.operation.change import Action, Change, asked
from dagctl.operation.conflicts.drift import changed_by_hand, not_ours
from dagctl.operation.dags.free_ids import with_names
from dagctl.operation.dags.inventory import path_of, take_inventory
from dagctl.operation.plans.agreement import agreed
from dagctl.operation.plans.plan import check_case, updated
from dagctl.operation.plans.reversal import text_of
from dagctl.operation.plans.spec_file import (
    other_spec,
    spec_in,
    spec_write,
    what_it_is_now,
    write_of,
)
from dagctl.operation.rendering import rendered
from dagctl.operation.stored_changes import StoredChanges
from dagctl.paths import storage_key
from dagctl.ports import DagVersion
from dagctl.spec.load import check_data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import BinaryIO

    from dagctl.archive.archive_form import ArchivedVersion
    from dagctl.errors import Diagnostic
    from dagctl.operation.backend import Context
    from dagctl.operation.dags.inventory import Inventory, Known
    from dagctl.operation.options import Options
    from dagctl.operation.plans.arrivals import Arrival, Arrivals
    from dagctl.ports import DagRecord
    from dagctl.spec.checked import Checked
    from dagctl.spec.model import DagSpec

    Check = Callable[[Mapping[str, object]], Checked]

IfThere = Literal["skip", "update", "number"]
SKIP = Option("if_exists", "skip")
NAMED = 10
"""How many DAGs a message names."""


def plan_import(  # noqa: PLR0913 - what is imported, how, and where the plan is kept
    context: Context,
    arriving: Arrivals,
    options: Options,
    if_there: IfThere | None,
    *,
    check: Check,
    file: BinaryIO,
) -> Sequence[Change]:
    """Return what is to be done about each DAG of an archive.

    Args:
        context: The ports and the settings.
        arriving: The DAGs.
        options: How; with `force` files that stand in the way are overwritten.
        if_there: What to do about a DAG that is here already: leave it, give it the archive's spec
            as its next version, or make another one with a number. None: it is refused.
        check: Checks a spec.
        file: Keeps what is large of the plan, as long as that is used.

    Raises:
        ConflictError: A DAG is here already, or a file is in the way.
        SpecError: Today's rules refuse specs; all findings of all of them.
    """
    inventory = take_inventory(context, [_looked_for(each) for each in arriving.dags])
    meant = [_meant(inventory, each, if_there) for each in arriving.dags]
    _check_free(inventory, meant)
    # a name that may not have a number is asked for first: no numbered one takes it
    meant.sort(key=lambda change: change.on_taken == "number")
    changes = with_names(context, inventory, meant, options)
    planner = _Planner(context, inventory, options, check, arriving)
    planned = StoredChanges.of(map(planner.planned, changes), file)
    if planner.findings:
        raise SpecError(planner.findings)
    return planned


# --- Which DAG is meant ---


def _looked_for(arrival: Arrival) -> Change:
    return Change(
        source=arrival.source,
        spec_digest=arrival.spec_digest,
        base_name=arrival.dag.dag_id,
        dag_id=arrival.dag.dag_id,
        archived=arrival.dag.dag_id,
    )


def _meant(inventory: Inventory, arrival: Arrival, if_there: IfThere | None) -> Change:
    """Return the change with the DAG that it is about; `base_name` is empty if that is refused."""
    dag, change = arrival.dag, _looked_for(arrival)
    known, is_removed = inventory.of_id(dag.dag_id), inventory.removed_id(dag.dag_id) is not None
    if if_there == "number" and (known or is_removed):
        return replace(change, source=None, on_taken="number")
    if known is None and not is_removed:
        return replace(_with_source(inventory, change), on_taken="fail")
    record = known.record if known is not None and known.dag_id == dag.dag_id else None
    left = replace(change, is_known=True, record=record, on_taken="fail", action=Action.UNCHANGED)
    if record is None or record.problem is not None:
        return replace(left, base_name="")
    if if_there == "skip" or _is_here(known, arrival):
        return left
    if if_there == "update":
        return replace(left, action=Action.UPDATE)
    return replace(left, base_name="")


def _is_here(known: Known | None, arrival: Arrival) -> bool:
    """Return whether the DAG is here as the archive has it."""
    record = known.record if known is not None else None
    return record is not None and (record.dag_id, record.version, record.spec_digest) == (
        arrival.dag.dag_id,
        arrival.dag.version,
        arrival.spec_digest,
    )


def _with_source(inventory: Inventory, change: Change) -> Change:
    """Return the change without the path of its spec, if another DAG is made from that file."""
    others = inventory.of_source(change.source)
    if not others:
        return change
    warning = (
        f"{change.source} is the spec of `{others[0].dag_id}` here: `{change.dag_id}` is recorded "
        "without a spec file"
    )
    return replace(change, source=None, warnings=(warning,))


def _check_free(inventory: Inventory, meant: Sequence[Change]) -> None:
    """Check that no DAG is refused.

    Raises:
        ConflictError: Some are; they are named.
    """
    taken = [change.archived for change in meant if not change.base_name]
    if not taken:
        return
    names = ", ".join(f"`{dag_id}`" for dag_id in taken[:NAMED])
    more = f" and {len(taken) - NAMED} more" if len(taken) > NAMED else ""
    gone = [record for dag_id in taken if (record := inventory.removed_id(dag_id)) is not None]
    if len(gone) == len(taken):
        are = "have another id here now" if all(map(_new_id, gone)) else "are removed here"
        raise ConflictError(
            f"the archive has DAGs that {are}: {names}{more}",
            hint=Fix(*_way_back(gone[0]), ", ", NUMBER, " makes others"),
        )
    raise ConflictError(
        f"the archive has DAGs whose ids are taken here: {names}{more}",
        hint=Fix(
            *(SKIP, " leaves those that exist, ", UPDATE, " gives them the archive's specs, "),
            *(NUMBER, " makes others"),
            *(("; of those that are removed: ", *_way_back(gone[0])) if gone else ()),
        ),
    )


def _new_id(removed: DagRecord) -> str | None:
    """Return the id that a DAG has since a rename; None: it is removed."""
    if isinstance(removed, DagVersion) and removed.action == "rename":
        return removed.renamed
    return None


def _way_back(removed: DagRecord) -> tuple[Command, str]:
    new_id = _new_id(removed)
    if new_id:
        return Command("mv", f"{new_id} {removed.dag_id}"), " renames one back"
    return Command("restore", removed.dag_id), " brings one back"


# --- What is to be done about one ---


class _Planner:
    """Plans one DAG after another, and gathers what is wrong with their specs."""

    def __init__(
        self,
        context: Context,
        inventory: Inventory,
        options: Options,
        check: Check,
        arriving: Arrivals,
    ) -> None:
        self._context = context
        self._inventory = inventory
        self._options = options
        self._check = check
        self._arriving = arriving
        self._arrivals = {each.dag.dag_id: each for each in arriving.dags}
        self._sources: set[str] = set()
        self.findings: list[Diagnostic] = []

    def planned(self, change: Change) -> Change:
        """Return the plan of one DAG; of one whose spec is refused it is of no use."""
        if change.action is Action.UNCHANGED:
            return self._left(change)
        arrival = self._arrivals[change.archived]
        newest = self._arriving.newest(arrival)
        change = replace(
            change, spec_text=newest.spec_text, inputs=newest.inputs, spec_data=newest.spec
        )
        if change.action is Action.UPDATE:
            spec = self._checked(change)
            return change if spec is None else self._next_version(change, spec)
        return self._new(self._with_own_source(change), arrival, newest)

    def _checked(self, change: Change) -> DagSpec | None:
        """Return the recorded spec of a DAG, if today's rules take it; gather why not."""
        checked = self._check(change.spec_data or {})
        if checked.spec is None:
            of = f"the spec of {change.archived}"
            self.findings += [replace(each, file=each.file or of) for each in checked.diagnostics]
        return checked.spec

    def _with_own_source(self, change: Change) -> Change:
        """Return the change without the path of its spec, if another of the archive has it."""
        if change.source in self._sources:
            return replace(change, source=None)
        self._sources |= {change.source} if change.source is not None else set()
        return change

    def _left(self, change: Change) -> Change:
        """Return the plan of a DAG that stays as it is, file, commit and object too."""
        record = change.record
        if record is None:
            raise ValueError(f"{change.dag_id} has no record")  # a bug in dagctl
        path = path_of(self._context.settings, record.dag_id)
        content = self._context.backend.files.read(path)
        return replace(
            change,
            source=record.source_path,
            version=record.version,
            path=path,
            old_file=content,
            content=content,
        )

    def _next_version(self, change: Change, spec: DagSpec) -> Change:
        record = change.record
        if record is None:
            raise ValueError(f"{change.dag_id} has no record")  # a bug in dagctl
        update = replace(
            asked(spec, record.source_path).of_record(record),
            spec_text=change.spec_text,
            inputs=change.inputs,
            warnings=change.warnings,
        )
        (planned,) = agreed(self._context, [updated(self._context, update, self._options)])
        # the checked spec is larger than its data, which says all that it does
        return replace(
            self._with_spec_file(planned, record) if planned.action is Action.UPDATE else planned,
            archived=change.archived,
            spec=None,
            spec_data=spec.recorded,
        )

    def _with_spec_file(self, change: Change, record: DagRecord) -> Change:
        """Return an update whose spec file follows, or that warns: `create` would undo it else."""
        path, then = record.source_path, change.spec_text
        if path is None or not self._options.by_file:
            return change
        now = text_of(self._context.backend.registry, record)
        digest = change.spec_digest
        write = spec_write(self._context, self._options, path, now=now, then=then, digest=digest)
        if write is not None or now == then:
            return replace(change, spec_write=write)
        of = f"{path} is not as version {record.version} had it, and stays as it is"
        if then is not None and write_of(self._context, path, now=now, then=then) is not None:
            what = what_it_is_now(self._context, path, then)
            of = f"{path} stays as it is, as the text in the archive {what}"
        return change.warned(f"{of}; what the DAG is now: dagctl show {record.dag_id} --spec")

    def _new(self, change: Change, arrival: Arrival, newest: ArchivedVersion) -> Change:
        written = self._written(change)
        is_same = written is not None and written.digest() == newest.spec_digest
        # a spec is large, and checking it is most of an import: the text is checked once for both
        spec = written if is_same and self._check is check_data else self._checked(change)
        if spec is None:
            return change
        planned = self._rendered(change, arrival, newest, spec)
        if written is None or written.digest() != spec.digest():
            return planned
        path, text = change.source or "", change.spec_text or ""
        if (other := other_spec(self._context, path, text, change.dag_id)) is not None:
            return planned.warned(other)
        return replace(planned, spec_write=write_of(self._context, path, now=None, then=text))

    def _written(self, change: Change) -> DagSpec | None:
        """Return what the text of a spec means in its file here; None: it gets no file."""
        if not self._options.by_file:  # no person works in this work tree
            return None
        return spec_in(self._context, change.source, change.spec_text)

    def _rendered(
        self, change: Change, arrival: Arrival, newest: ArchivedVersion, spec: DagSpec
    ) -> Change:
        dag, settings = arrival.dag, self._context.settings
        path = path_of(settings, change.dag_id)
        check_case(self._inventory, path)
        known = Provenance(
            created_by=dag.created_by or self._context.backend.author,
            created_at=dag.created_at,
            dag_id=change.dag_id,
            source=change.source,
            version=dag.version,
        )
        content = rendered(spec, settings.target, known)
        return replace(
            change,
            base_name=dag.base_name if change.dag_id == dag.dag_id else dag.dag_id,
            name=change.name or change.base_name,
            action=Action.IMPORT,
            made_by=newest.action,
            renamed=newest.renamed,
            airflow=settings.target,
            header=_header(known, spec),
            version=dag.version,
            path=path,
            old_file=self._standing(change, path, content),
            content=content,
            storage_path=storage_key(settings.project_id, path),
            spec_digest=spec.digest(),
            spec_data=newest.spec if spec.digest() == newest.spec_digest else spec.recorded,
            warnings=(*change.warnings, *_made_anew(change, arrival, content)),
        )

    def _standing(self, change: Change, path: str, content: bytes) -> bytes | None:
        """Return what stands where a new DAG file shall be written.

        Raises:
            ConflictError: It is not this DAG, and may not be overwritten.
        """
        standing = self._context.backend.files.read(path)
        if standing in {None, content} or self._options.force:
            return standing
        header = read_header(standing or b"")
        if header is None:
            raise not_ours(path)
        if not header.is_whole:
            raise changed_by_hand(path, None, standing or b"")
        if not header.is_of(change.spec_digest):
            raise ConflictError(
                f"{path} is another version of `{change.dag_id}` than the archive's newest",
                hint=Fix(FORCE, " overwrites the file; git has what it was"),
            )
        return standing


def _header(known: Provenance, spec: DagSpec) -> Header:
    """Return what the file of a DAG says; by it author, time and version are those of before."""
    return Header(
        title=spec.dag_name,
        spec_digest=spec.digest()[:DIGITS],
        is_whole=True,
        dag_id=known.dag_id,
        created_by=known.created_by,
        created_at=known.created_at,
        source=known.source,
        version=known.version,
    )


def _made_anew(change: Change, arrival: Arrival, content: bytes) -> Iterator[str]:
    """Yield that a DAG file has other code than in the archive, if it has."""
    if change.dag_id == arrival.dag.dag_id and arrival.code != code_digest(body_of(content) or b""):
        yield (
            f"the DAG file of `{change.dag_id}` is made again from its spec; the one in the "
            "archive is of another version of dagctl, for another Airflow, or was changed by hand"
        )
