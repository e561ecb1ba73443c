"""What `Client` says about the versions of a DAG, and what is stored of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dagctl.client.calls import Calls
from dagctl.errors import UsageError
from dagctl.ports import DagVersion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dagctl.commands.compare import Compared, Comparison
    from dagctl.commands.history import History
    from dagctl.commands.outdated import Sources
    from dagctl.commands.specs.given_specs import SpecOrFile
    from dagctl.operation.conflicts.drift import Drift
    from dagctl.ports import DagRecord


class Versions(Calls):
    """The calls of a client that read versions and stored files, and compare them."""

    def history(self, dag_id: str, *, before: int | None = None, limit: int = 20) -> History:
        """Return versions of a DAG, the newest first, with what each changed; of a removed one too.

        Args:
            dag_id: The DAG.
            before: Only versions below this number (`next` of the page before).
            limit: How many at most, up to 200.

        Raises:
            NotFoundError: There is no such DAG.
        """
        from dagctl.commands.history import MOST, history

        if not 1 <= limit <= MOST:
            raise UsageError(f"a page has 1 to {MOST} versions, not {limit}")
        self._bring_up_one(dag_id)
        return history(self._context.backend.registry, dag_id, before=before, limit=limit)

    def version(self, dag_id: str, number: int) -> DagVersion:
        """Return one version of a DAG, with the text of its author.

        Raises:
            NotFoundError: There is no such version, or no such DAG.
        """
        from dagctl.commands.history import version_of

        self._bring_up_one(dag_id)
        return version_of(self._context.backend.registry, dag_id, number)

    def two_versions(
        self, dag_id: str, before: int | None = None, after: int | None = None
    ) -> tuple[Compared, Compared]:
        """Return two versions of a DAG, to be compared; the arguments are those of `compare`."""
        from dagctl.commands.compare import two_versions

        self._bring_up_one(dag_id)
        return two_versions(self._context.backend.registry, dag_id, before, after)

    def compare(
        self, dag_id: str, before: int | None = None, after: int | None = None
    ) -> Comparison:
        """Return what two versions of a DAG differ in, and what that means in Airflow now.

        Args:
            dag_id: The DAG; a removed one has its versions still.
            before: The older version; None: the one before `after`.
            after: The newer version; None: the newest one.

        Raises:
            NotFoundError: There is no such version, or no such DAG.
        """
        return _compared(*self.two_versions(dag_id, before, after))

    def compare_spec(self, dag_id: str, spec: SpecOrFile, before: int | None = None) -> Comparison:
        """Return what a spec would change in a DAG, as `compare` does; nothing is changed.

        Args:
            dag_id: The DAG.
            spec: A spec, or the path of one.
            before: The version to compare it with; None: the newest one.

        Raises:
            NotFoundError: There is no such version, or no such DAG.
            SpecError: The spec has errors.
        """
        from dagctl.commands.compare import version_and_spec

        (change,) = self._specs.changes(spec)
        self._bring_up_one(dag_id)
        registry, target = self._context.backend.registry, self._context.settings.target
        return _compared(*version_and_spec(registry, dag_id, before, change, target))

    def source(self, record: DagRecord) -> str:
        """Return the DAG file as it was stored; of a version, as that had it.

        Raises:
            NotFoundError: The store does not have it, or it can no more be made or read.
            ConflictError: What is stored there is not the recorded file, or no text; or the record
                is damaged.
        """
        from dagctl.commands.recorded_state import stored_source

        if isinstance(record, DagVersion):
            from dagctl.commands.version_source import source_of

            return source_of(self._context.backend, record)
        return stored_source(self._context.backend, record)

    def resolved_spec(self, record: DagRecord) -> str:
        """Return the recorded spec as YAML, with comments that say where its values come from.

        There are comments where the spec file in the work tree says the same spec today.

        Raises:
            NotFoundError: No spec is recorded.
            SpecError: Today's rules refuse it.
        """
        return self._specs.annotated(record)

    def stored(self, record: DagRecord) -> Drift:
        """Return whether the object in the store is what is recorded."""
        from dagctl.operation.conflicts.drift import drift_of

        content = self._context.backend.store.get(record.storage_path)
        return drift_of(content, record.content_digest)

    def source_diff(self, comparison: Comparison) -> str:
        """Return the unified diff of the DAG files of the two that are compared.

        Raises:
            NotFoundError: The file of a version can no more be made or read.
        """
        from dagctl.commands.version_source import source_diff

        return source_diff(self._context.backend, comparison)

    def sources(self, record: DagRecord) -> Sources:
        """Return what a DAG was made of besides its spec file, and which of it has changed since.

        Args:
            record: The DAG; of those of `list` the inputs are not known.

        Raises:
            UsageError: The variables of the workspace are wrong.
        """
        from dagctl.commands.outdated import sources_of

        return sources_of(record, self._context.backend.files, self._specs)

    def outdated(self, records: Iterable[DagRecord]) -> Iterator[Sources]:
        """Yield the DAGs that their specs no longer make, since a file or a variable has changed.

        Args:
            records: The DAGs to look at, as of `list`.

        Raises:
            UsageError: The variables of the workspace are wrong.
        """
        from dagctl.commands.outdated import outdated

        return outdated(self._context.backend, records, self._specs)

    def _bring_up_one(self, dag_id: str) -> None:
        """Do what `_bring_up` does; a DAG that is not recorded is looked for in git."""
        from dagctl.commands.behind import bring_up_these

        self._bring_up()
        backend = self._context.backend
        is_cache = self._settles and self._by_file and backend.cache is not None
        if is_cache and not backend.registry.find(dag_ids=[dag_id], removed=True, specs=False):
            bring_up_these(self._context, [dag_id])


def _compared(before: Compared, after: Compared) -> Comparison:
    from dagctl.commands.compare import compared

    return compared(before, after, datetime.now(UTC))
