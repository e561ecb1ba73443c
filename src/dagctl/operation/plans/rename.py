"""The plan of a rename: to Airflow the DAG with the old id goes, and one with the new id comes.

Both are in one operation and one commit. The old id keeps a tombstone that names the new one, the
new id begins with a version that names the old one; a rename back brings the old row back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic_core import PydanticCustomError

from dagctl.errors import ConflictError, DagctlError, NotFoundError, UsageError
from dagctl.next_step import LIST, Command, Fix
from dagctl.operation.change import Action, asked
from dagctl.operation.dags.free_ids import with_names
from dagctl.operation.dags.inventory import take_inventory
from dagctl.operation.dags.loading import loaded
from dagctl.operation.plans.plan import check_returning, new_plan, placed, standing_at
from dagctl.operation.plans.removal import plan_removal
from dagctl.operation.plans.spec_file import spec_write
from dagctl.operation.rendering import provenance_of, rendered
from dagctl.ports import DagVersion
from dagctl.readers.source_text import decode
from dagctl.spec.fields.ids import check_dag_id
from dagctl.spec.load import check_data
from dagctl.spec.other_id import with_dag_id

if TYPE_CHECKING:
    from dagctl.operation.backend import Context
    from dagctl.operation.change import Change
    from dagctl.operation.options import Options
    from dagctl.ports import DagRecord, Files
    from dagctl.spec.model import DagSpec


def plan_rename(
    context: Context, dag_id: str, new_id: str, options: Options, command: str
) -> list[Change]:
    """Return what is to be done so that a DAG has another id: the removal, then the new DAG.

    Args:
        context: The ports and the settings.
        dag_id: The DAG.
        new_id: Its new id.
        options: How; with `force` a DAG file goes that a person has changed.
        command: The digest of what is asked.

    Raises:
        NotFoundError: There is no such DAG.
        ConflictError: The new id is taken, or something is in the way.
        UsageError: It is no id of a DAG, or the one that the DAG has.
        SpecError: Today's rules refuse the recorded spec.
    """
    _check_id(dag_id, new_id)
    (removal,) = plan_removal(context, [dag_id], options, command)
    record = removal.record
    if record is None or not record.spec:
        context.backend.registry.get(dag_id)  # refuses who is no member
        raise NotFoundError(f"no spec of `{dag_id}` is recorded", hint=Fix(LIST))
    _check_followed(context, removal, record)
    holder = _holder(context, dag_id, new_id)
    change = _new(context, record, new_id, options)
    follows = replace(options, expected_version=None)
    arrival = (
        _first(context, change, follows)
        if holder is None
        else _again(context, change, holder, follows)
    )
    gone = replace(removal, action=Action.RENAME, renamed=new_id, warnings=())
    return [gone, replace(arrival, action=Action.RENAME, renamed=dag_id)]


def _check_id(dag_id: str, new_id: str) -> None:
    """Check that the new id is one, and another.

    Raises:
        UsageError: It is not.
    """
    try:
        check_dag_id(new_id)
    except PydanticCustomError as error:
        raise UsageError(f"`{new_id}` is no id of a DAG", hint=_ID_HINT) from error
    if new_id == dag_id:
        raise UsageError(f"`{dag_id}` has that id already", hint="give another id")
    if new_id.casefold() == dag_id.casefold():
        raise UsageError(
            f"`{new_id}` differs from `{dag_id}` only by case; a file system or a database may "
            "take them for one",
            hint="give an id that differs in a letter",
        )


def _check_followed(context: Context, removal: Change, record: DagRecord) -> None:
    """Check that an embedded registry, a cache, has the spec that the DAG file certifies.

    Raises:
        ConflictError: It has not: the file came by git, and its spec is not here or not as it says;
            or the file holds both sides of a merge.
    """
    if removal.is_merge:
        raise ConflictError(
            f"{removal.path} holds both sides of a merge",
            hint=Fix(
                "make it again from its spec: `",
                Command("create", "SPEC"),
                "`; as long as the merge or rebase is under way: `",
                Command("render", "--write SPEC"),
                "`, then git add, and finish it",
            ),
        )
    header = removal.certified
    if context.backend.cache is not None and header and not header.is_of(record.spec_digest):
        raise ConflictError(
            f"{removal.path} is of a newer version than the recorded one, and its spec is not here",
            hint=Fix("bring the spec file here, `", Command("create", "SPEC"), "`, then again"),
        )


_ID_HINT = "use ASCII letters, digits, `_`, `-` and `.`, starting with a letter, a digit or `_`"


def _holder(context: Context, dag_id: str, new_id: str) -> DagRecord | None:
    """Return the tombstone that a rename back takes away; None: the id is free.

    Raises:
        ConflictError: Another DAG has the id, or had it.
    """
    holders = context.backend.registry.find(dag_ids=[new_id], removed=True)
    for holder in holders:
        is_back = isinstance(holder, DagVersion) and holder.renamed == dag_id
        if holder.is_removed and is_back and holder.dag_id == new_id:
            return holder
        if holder.is_removed and isinstance(holder, DagVersion) and holder.renamed:
            raise ConflictError(
                f"`{holder.dag_id}` is an old id of `{holder.renamed}`, which has its history now",
                hint="give another id; to go back to this one, rename one step at a time",
            )
        if holder.is_removed:
            raise ConflictError(
                f"`{holder.dag_id}` is the id of a removed DAG",
                hint=Fix(
                    "give another id, or forget that DAG: ",
                    Command("rm", f"{holder.dag_id} --purge"),
                ),
            )
        raise _taken(holder.dag_id)
    return None


def _taken(dag_id: str) -> ConflictError:
    return ConflictError(f"a DAG `{dag_id}` exists", hint="give another id")


# --- The spec under its new id ---


def _new(context: Context, record: DagRecord, new_id: str, options: Options) -> Change:
    """Return what the DAG asks for under its new id: its spec, which gives that id from now on."""
    files, source = context.backend.files, record.source_path
    (version, *_) = context.backend.registry.versions(record.dag_id, limit=1, text=True)
    data = {**record.spec, "dag_id": new_id}
    spec = check_data(data, origin=f"the spec of {record.dag_id}").result()
    standing = _standing(files, source)
    if standing is not None and source is not None and _is_of(context, standing, source, spec):
        return _asked(spec, source, new_id, standing)
    old = version.spec_text
    new = with_dag_id(old, new_id, source) if old is not None else None
    write = spec_write(context, options, source, now=old, then=new, digest=spec.digest())
    change = replace(_asked(spec, source, new_id, new), inputs=record.inputs, spec_write=write)
    if write is not None or source is None or standing is None:
        return change
    warning = f"{source} stays as it is: write `dag_id: {new_id}` into it, then create it"
    return replace(change, warnings=(warning,))


def _asked(spec: DagSpec, source: str | None, new_id: str, text: str | None) -> Change:
    named = replace(asked(spec, source), base_name=new_id, dag_id=new_id)
    return replace(named, spec_text=text, on_taken="fail")


def _standing(files: Files, source: str | None) -> str | None:
    """Return the text of the spec file; None: there is none that may be read."""
    try:
        content = None if source is None else files.read(source)
    except (ConflictError, UsageError):  # outside of the workspace, a link or a folder
        return None
    return None if content is None else decode(content)[0]


def _is_of(context: Context, text: str, source: str, spec: DagSpec) -> bool:
    """Return whether a person has written the new id into the spec file, and changed nothing else.

    That is what `create` refuses, and where it names the rename.
    """
    try:
        return loaded(context.loader, text, source).digest() == spec.digest()
    except DagctlError:
        return False


# --- The DAG under its new id ---


def _first(context: Context, change: Change, options: Options) -> Change:
    """Return the plan of an id that no DAG has had."""
    # without its path: that of a known spec would spare the look at the DAG files
    inventory = take_inventory(context, [replace(change, source=None)])
    if (known := inventory.of_id(change.dag_id)) is not None:  # only its file is here
        raise _taken(known.dag_id)
    (named,) = with_names(context, inventory, [change], options)
    return new_plan(context, inventory, named, options)


def _again(context: Context, change: Change, holder: DagRecord, options: Options) -> Change:
    """Return the plan of the next version of the DAG that had the id before."""
    known = replace(change, is_known=True, record=holder, version=holder.version + 1)
    at = placed(context, known)
    check_returning(context, [at.dag_id])
    standing = standing_at(context, at.path, options)
    provenance = replace(provenance_of(at), version=at.version)
    spec = at.spec
    content = None if spec is None else rendered(spec, at.airflow, provenance)
    return replace(at, old_file=standing, content=content)
