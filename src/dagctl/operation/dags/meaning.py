"""Which DAG each spec means: a known one, or a new one. Pure, but for the look at spec files.

| the spec | means |
|---|---|
| gives `dag_id` | that DAG; refused if another spec file that is still there has it |
| no `dag_id`, its path is known | the DAG of that path |
| its path is known, and it now gives another `dag_id` | refused: it would make a second DAG |
| path unknown, its name is that of a DAG whose spec file is gone, or has the same content | it |
| its path, or the id that it gives, is that of a removed DAG | refused: `restore`, or another id |
| path unknown, its name is taken by a DAG whose spec file is there | a new DAG, with a number |
| path unknown, only another clone has spec and file of that DAG | a new DAG, with a number |
| no path: same content as a DAG of that name | that DAG |
| no path: other content | a new DAG, with a number |
"""

from __future__ import annotations

from dataclasses import replace
from re import fullmatch
from typing import TYPE_CHECKING

from dagctl.errors import ConflictError, DagctlError
from dagctl.frozen import frozen
from dagctl.next_step import DOCTOR, NUMBER, UPDATE, Command, Fix
from dagctl.ports import DagVersion
from dagctl.spec.fields.ids import MAX_DAG_ID, pattern

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dagctl.operation.backend import Loader
    from dagctl.operation.change import Change
    from dagctl.operation.dags.inventory import Inventory, Known
    from dagctl.operation.options import IfExists
    from dagctl.ports import DagRecord, Files


@frozen
class Meanings:
    """Says what specs mean, by what there is and what else is asked."""

    inventory: Inventory
    files: Files
    if_exists: IfExists | None
    digests: Mapping[str, str]
    """The digests of the spec files that are asked about, by path."""
    loader: Loader | None = None

    def of(self, changes: Sequence[Change]) -> list[Change]:
        """Return the changes, each with the DAG that it means, or None for a new one.

        A spec that means the same as one before it, with the same content, is left out; that one
        says so.

        Raises:
            ConflictError: A spec may not have the DAG that it names, or two specs mean the same.
        """
        chosen = [self._chosen(change) for change in changes]
        return _without_same(chosen) if self.if_exists is None else _distinct_dags(chosen)

    def _chosen(self, change: Change) -> Change:
        match self.if_exists:
            case "number":
                return change
            case "update":
                known = self.inventory.of_id(change.base_name) or self._of_path(change)
                self._check_removed(change, known)
                return _meaning(replace(change, on_taken="fail"), known)
            case "fail":
                return self._must_be_new(change)
        if not _gives_id(change):
            known = self._by_path_or_name(change)
            self._check_removed(change, known)
            return self._noted(_meaning(change, known), known)
        known = self._by_id(change)
        self._check_removed(change, known)
        return self._noted(_meaning(replace(change, on_taken="fail"), known), known)

    def _must_be_new(self, change: Change) -> Change:
        known = self._of_path(change) or self.inventory.of_id(change.base_name)
        if known is not None:
            raise ConflictError(
                f"a DAG `{known.dag_id}` exists",
                hint=Fix(
                    UPDATE,
                    " changes it, ",
                    NUMBER,
                    " makes another",
                ),
            )
        self._check_removed(change, None)
        return replace(change, on_taken="fail")

    def _check_removed(self, change: Change, known: Known | None) -> None:
        """Check that a spec does not mean a DAG that was removed.

        Raises:
            ConflictError: It does: to come back without a word is not what its remover expects.
        """
        is_id_asked = _gives_id(change) or self.if_exists in {"update", "fail"}
        tombstone = (
            self.inventory.removed_id(change.base_name)
            if is_id_asked
            else self.inventory.removed_of(change.source)
        )
        if known is None and tombstone is not None:
            raise _removed(change, tombstone)

    # --- A spec that gives its id ---

    def _by_id(self, change: Change) -> Known | None:
        own = self.inventory.of_source(change.source)
        name = change.base_name
        same = [dag for dag in own if name in {dag.dag_id, dag.base_name}]
        if same:
            return _newest(same)
        if own:
            raise _renamed(change, _newest(own))
        known = self.inventory.of_id(name)
        if known is None:
            return None  # a new DAG, under that id or not at all
        if known.dag_id != name:
            raise ConflictError(
                f"{_where(change)}: the id `{name}` differs from `{known.dag_id}` only by case; "
                "a file system or a database may take them for one",
                hint="choose another dag_id",
            )
        is_same = change.source is None and known.is_of(change.spec_digest)
        if self._is_there(known.source) and not is_same:
            raise ConflictError(
                f"{_where(change)} gives dag_id `{name}`, which is the DAG of {known.source}",
                hint=f"change {known.source}, or choose another dag_id",
            )
        return known

    # --- A spec whose id follows from its name ---

    def _by_path_or_name(self, change: Change) -> Known | None:
        known = self._of_path(change)
        if known is not None:
            return known
        alike = self.inventory.of_name(change.base_name)
        same = [dag for dag in alike if self._is_same(dag, change)]
        if same:
            return self._free_first(same)
        if change.source is None:
            return None
        holder = next((dag for dag in alike if dag.dag_id == change.base_name), None)
        return holder if holder and holder.source is not None and self._is_gone(holder) else None

    def _free_first(self, dags: Sequence[Known]) -> Known:
        """Return one of several DAGs with the same content: one whose spec file is gone first."""
        gone = [dag for dag in dags if self._is_gone(dag)]
        return min(gone or dags, key=lambda dag: (len(dag.dag_id), dag.dag_id))

    def _is_same(self, dag: Known, change: Change) -> bool:
        """Return whether a DAG has the same content as a spec, and its own spec file still has."""
        if not dag.is_of(change.spec_digest):
            return False
        if change.source is None or dag.source is None:
            return True
        if not (dag.is_here or self._is_there(dag.source)):
            return False  # both files are of another clone, where they may well be
        return self._digest_of(dag.source) in {None, change.spec_digest}

    def _digest_of(self, source: str) -> str | None:
        """Return the digest of a spec file as it is now; None: it is gone; empty: it is no spec."""
        if source in self.digests:
            return self.digests[source]
        try:
            content = self.files.read(source)
            from dagctl.operation.dags.loading import loaded

            return None if content is None else loaded(self.loader, content, source).digest()
        except DagctlError:
            return ""

    def _of_path(self, change: Change) -> Known | None:
        own = self.inventory.of_source(change.source)
        return _newest(own) if own else None

    def _is_gone(self, dag: Known) -> bool:
        """Return whether the spec file of a DAG was in this work tree, and is not any more."""
        return dag.is_here and not self._is_there(dag.source)

    def _is_there(self, source: str | None) -> bool:
        """Return whether there is a spec file at that path, as far as that can be seen."""
        if source is None or source in self.digests:
            return source is not None
        try:
            return self.files.read(source) is not None
        except DagctlError:  # outside of the workspace, or no regular file: not known to be gone
            return True

    def _check_no_link(self, change: Change, other: Known) -> None:
        """Check that a spec is not that of another DAG, come to through a link.

        Raises:
            ConflictError: A link stands on the way to the other's spec file: they may be one.
        """
        if change.source is None or other.source is None or other.source.startswith("../"):
            return
        try:
            self.files.read(other.source)
        except ConflictError as error:
            raise ConflictError(
                f"{change.source} has the name of `{other.dag_id}`, the DAG of {other.source}, and "
                "that path is behind a link now: they may be one spec",
                hint="put the folder back in place of the link; a new DAG needs another dag_name",
            ) from error
        except DagctlError:  # it cannot be seen
            return

    # --- What the user is to know ---

    def _noted(self, change: Change, known: Known | None) -> Change:
        """Return the change with a warning where its meaning may surprise."""
        if known is None:
            other = self.inventory.of_id(change.base_name)
            if other is None:
                return change
            self._check_no_link(change, other)
            return _numbered_beside(change, other)
        if change.source is None or known.source in {None, change.source}:
            return change
        if self._is_there(known.source):
            return replace(change, source=known.source).warned(
                f"{change.source} has the same content as {known.source}: both mean the DAG "
                f"`{known.dag_id}`, and no second one is made"
            )
        return change.warned(
            f"{known.source} is gone: `{known.dag_id}` is the DAG of {change.source} from now on"
        )


def _gives_id(change: Change) -> bool:
    return change.spec is not None and change.spec.dag_id_given


def _meaning(change: Change, known: Known | None) -> Change:
    """Return a change with the DAG that it means.

    Raises:
        ConflictError: What is recorded as the id of the DAG is none: nothing is made of it.
    """
    if known is None:
        return change
    if known.record and known.record.damage and not fullmatch(pattern(MAX_DAG_ID), known.dag_id):
        raise ConflictError(known.record.damage, hint=Fix(DOCTOR))
    return replace(
        change,
        dag_id=known.dag_id,
        base_name=known.base_name,
        is_known=True,
        record=known.record,
        header=known.header,
        source=known.source if change.source is None else change.source,
    )


def _newest(dags: Sequence[Known]) -> Known:
    """Return the DAG of a path that is meant: of several, the one that was created last."""

    def age(dag: Known) -> tuple[str, str]:
        created_at = dag.record.created_at if dag.record else None
        if dag.header is not None and dag.header.created_at is not None:
            created_at = dag.header.created_at
        return (created_at.isoformat() if created_at else "", dag.dag_id)

    return max(dags, key=age)


def _renamed(change: Change, known: Known) -> ConflictError:
    name = change.base_name
    return ConflictError(
        f"{change.source} made `{known.dag_id}`, and gives dag_id `{name}` now: that would be a "
        f"second DAG, and `{known.dag_id}` would go on running",
        hint=Fix(
            "to rename it: `",
            Command("mv", f"{known.dag_id} {name}"),
            f"`; to have both, write `{name}` into a spec file of its own",
        ),
    )


def _removed(change: Change, tombstone: DagRecord) -> ConflictError:
    by = f" by {tombstone.updated_by_name}" if tombstone.updated_by_name else ""
    new_id = tombstone.renamed if isinstance(tombstone, DagVersion) else None
    if new_id is not None:
        return ConflictError(
            f"{_where(change)} means `{tombstone.dag_id}`, which was renamed{by} to `{new_id}` on "
            f"{tombstone.updated_at:%Y-%m-%d}",
            hint=f"write `dag_id: {new_id}` into it to mean that DAG; a new one needs another id",
        )
    return ConflictError(
        f"{_where(change)} means `{tombstone.dag_id}`, which was removed{by} on "
        f"{tombstone.updated_at:%Y-%m-%d}",
        hint=f"dagctl restore {tombstone.dag_id} brings it back; a new DAG needs another dag_id",
    )


def _numbered_beside(change: Change, other: Known) -> Change:
    name = f"{_where(change)} has the name of `{other.dag_id}`"
    of = f", the DAG of {other.source}" if other.source else ""
    return change.warned(
        f"{name}{of}: it becomes a second DAG. To have both, give it a dag_name of its own; to "
        "change the first one, change that spec"
    )


def _where(change: Change) -> str:
    return change.source or "the spec"


def _without_same(changes: Sequence[Change]) -> list[Change]:
    """Return the changes without those that mean the same as one before, with equal content.

    Raises:
        ConflictError: Two specs mean the same DAG, and differ, or both give its id.
    """
    by_dag: dict[tuple[str, str], int] = {}
    kept: list[Change] = []
    for change in changes:
        first = by_dag.setdefault(_identity(change), len(kept))
        if first == len(kept):
            kept.append(change)
            continue
        other = kept[first]
        if other.spec_digest != change.spec_digest or (_gives_id(change) and change.source):
            raise _same_dag(other, change)
        kept[first] = _joined(other, change)
    return kept


def _identity(change: Change) -> tuple[str, str]:
    """Return what two changes share that mean the same DAG."""
    if change.is_known:
        return change.dag_id, ""
    # two new DAGs of one name get numbers, unless they are one spec in two files
    return change.base_name.casefold(), "" if _gives_id(change) else change.spec_digest


def _joined(first: Change, again: Change) -> Change:
    if first.is_known and again.is_known:
        return first.warned(*again.warnings)
    return first.warned(
        f"{_where(again)} has the same content as {_where(first)}: one DAG is made of both"
    )


def _distinct_dags(changes: Sequence[Change]) -> list[Change]:
    meant: dict[str, Change] = {}
    for change in changes:
        if change.is_known:
            first = meant.setdefault(change.dag_id, change)
            if first is not change:
                raise _same_dag(first, change)
    return list(changes)


def _same_dag(first: Change, second: Change) -> ConflictError:
    return ConflictError(
        f"two specs mean the DAG `{second.dag_id}`: {_where(first)} and {_where(second)}",
        hint="give one of them another dag_id",
    )
