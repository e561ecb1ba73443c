"""What `Client` does with archives: DAGs and their versions out of a workspace, and into one."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from dagctl.client.adoption import Adopting
from dagctl.client.drafts import Drafts
from dagctl.client.lifecycle import ids_of
from dagctl.operation.options import Options

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence

    from dagctl.archive.archive_form import ArchiveLimits
    from dagctl.commands.operate import OperationResult
    from dagctl.commands.plan import PlanResult
    from dagctl.commands.transfer import Exported
    from dagctl.operation.plans.importing import Check, IfThere


class Transfer(Drafts, Adopting):
    """The calls of a client that export and import DAGs."""

    def export(
        self, file: str | os.PathLike[str] | IO[bytes], dag_ids: str | Sequence[str] = ()
    ) -> Exported:
        """Write an archive of DAGs, each with all its versions and its file.

        The same DAGs give the same bytes. Memory does not grow with their number.

        Args:
            file: Where to: a path that ends in `.zip`, or a file that is open for bytes.
            dag_ids: Which DAGs; none: all that are recorded. Removed ones are never in it.

        Raises:
            NotFoundError: A DAG is not recorded, or nothing is.
            ConflictError: A record or a stored file is damaged.
            UnavailableError: The file cannot be written.
        """
        from dagctl.commands.files.archive_file import writing
        from dagctl.commands.transfer import export

        ids = ids_of(dag_ids)
        self._bring_up(whole=not ids)  # a backup lacks nothing
        with writing(file) as opened:
            return export(self._context, ids, opened)

    def import_archive(  # noqa: PLR0913 - each is a choice of its own
        self,
        file: str | os.PathLike[str] | IO[bytes],
        *,
        if_exists: IfThere | None = None,
        force: bool = False,
        verify: bool = True,
        on_result: Callable[[OperationResult], None] | None = None,
        key: str | None = None,
        limits: ArchiveLimits | None = None,
        check: Check | None = None,
    ) -> OperationResult:
        """Restore the DAGs of an archive with their ids and versions: one operation, or nothing.

        Args:
            file: The archive: a path, or a file that is open for bytes and can be sought in.
            if_exists: What to do about an id that is taken here. None: refuse, unless the DAG is
                here as the archive has it. `"skip"`: leave the DAG that is here. `"update"`: give
                it the archive's spec as its next version. `"number"`: make another DAG.
            force: Overwrite files that stand where the DAG files go.
            verify: Run the git hooks.
            on_result: Shows the result, as for `create`.
            key: An idempotency key, as for `create`.
            limits: How much the archive may be.
            check: Checks each spec in place of this process.

        Raises:
            ArchiveError: The file is no archive as `export` writes it.
            ConflictError: An id is taken, or a file is in the way.
            SpecError: Today's rules refuse specs.
            UnfinishedError: Something failed half way; `recover` finishes or undoes it.
        """
        from dagctl.archive.archive_reader import open_archive
        from dagctl.commands.files.archive_file import reading, spooled
        from dagctl.commands.transfer import importing
        from dagctl.spec.load import check_data

        options = Options(by_file=self._by_file, force=force, verify=verify, key=key)
        self._bring_up()
        with reading(file) as opened, spooled() as kept:
            intent = importing(
                self._context,
                open_archive(opened, limits),
                options,
                if_exists,
                kept=kept,
                check=check or check_data,
            )
            return self._operate(intent, on_result)

    def plan_import(
        self,
        file: str | os.PathLike[str] | IO[bytes],
        *,
        if_exists: IfThere | None = None,
        force: bool = False,
    ) -> PlanResult:
        """Return what `import_archive` would do; nothing is changed."""
        from dagctl.archive.archive_reader import open_archive
        from dagctl.commands.files.archive_file import reading, spooled
        from dagctl.commands.transfer import importing

        options = Options(by_file=self._by_file, force=force)
        self._bring_up()
        with reading(file) as opened, spooled() as kept:
            intent = importing(self._context, open_archive(opened), options, if_exists, kept=kept)
            return self._planned(intent, options)
