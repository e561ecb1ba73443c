"""What `Client` does with DAGs that are recorded already. Each call is one operation."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from dagctl.client.calls import Calls
from dagctl.errors import UsageError
from dagctl.operation.options import Options
from dagctl.session.redaction import named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dagctl.commands.create import CreateResult
    from dagctl.commands.operate import Intent, OperationResult
    from dagctl.commands.plan import PlanResult
    from dagctl.commands.pull import PulledDag
    from dagctl.commands.rewrite import Rewritten
    from dagctl.commands.specs.given_specs import SpecOrFile
    from dagctl.operation.options import Expected


class Lifecycle(Calls):
    """The calls of a client that remove DAGs, bring them back, roll them back and rename them."""

    def remove(  # noqa: PLR0913 - each is a choice of its own
        self,
        dag_ids: str | Sequence[str],
        *,
        force: bool = False,
        expected_version: Expected | None = None,
        verify: bool = True,
        push: bool | None = None,
        on_result: Callable[[OperationResult], None] | None = None,
        key: str | None = None,
        purges: bool = False,
    ) -> OperationResult:
        """Remove DAGs: file (in a commit), object and record. Their ids and versions stay.

        Args:
            dag_ids: One id, or several.
            force: Remove files that were changed by hand, and versions that this work tree does not
                know.
            expected_version: The version of the one DAG that was read; a newer one is not removed.
            verify: Run the git hooks.
            push: As for `create`.
            on_result: Shows the result, as for `create`.
            key: An idempotency key, as for `create`.
            purges: Whether `purge` follows: then those that are removed already are passed over.

        Raises:
            NotFoundError: One of them is not recorded.
            ConflictError: Something is in the way.
            UnfinishedError: Something failed half way; `recover` finishes or undoes it.
        """
        from dagctl.commands.lifecycle import removal

        options = Options(
            by_file=self._by_file,
            force=force,
            verify=verify,
            push=push,
            expected_version=expected_version,
            key=key,
        )
        intent = removal(self._context, ids_of(dag_ids), options, purges=purges)
        return self._operate(intent, on_result)

    def plan_removal(
        self, dag_ids: str | Sequence[str], *, force: bool = False, purges: bool = False
    ) -> PlanResult:
        """Return what `remove` would do; nothing is changed."""
        from dagctl.commands.lifecycle import removal

        options = Options(by_file=self._by_file, force=force)
        intent = removal(self._context, ids_of(dag_ids), options, purges=purges)
        plan = self._planned(intent, options)
        if not purges:
            return plan
        names = ", ".join(f"`{dag_id}`" for dag_id in ids_of(dag_ids))
        return replace(
            plan, warnings=(*plan.warnings, f"all versions of {names} are forgotten for good")
        )

    def purge(self, dag_ids: str | Sequence[str]) -> int:
        """Forget removed DAGs for good, with all their versions; return how many.

        Their ids are free again. A DAG that is not removed stays as it is.
        """
        from dagctl.commands.operate import forget

        return forget(self._context, ids_of(dag_ids))

    def replace(
        self,
        dag_id: str,
        spec: SpecOrFile,
        *,
        expected_version: Expected | None = None,
        key: str | None = None,
    ) -> CreateResult:
        """Give a DAG another spec: its next version. Its id stays.

        Args:
            dag_id: The DAG.
            spec: Its new spec.
            expected_version: As for `create`.
            key: An idempotency key, as for `create`.

        Raises:
            NotFoundError: There is no such DAG.
            ConflictError: The spec gives another id, or something is in the way.
            StaleVersionError: The DAG has a newer version than the expected one.
        """
        from dagctl.commands.lifecycle import replaced

        options = Options(
            by_file=self._by_file, expected_version=expected_version, if_exists="update", key=key
        )
        return replaced(
            self._context,
            dag_id,
            spec,
            options,
            specs=self._specs,
            on_recovered=self._remember,
        )

    def restore(  # noqa: PLR0913 - each is a choice of its own
        self,
        dag_ids: str | Sequence[str],
        *,
        expected_version: Expected | None = None,
        verify: bool = True,
        push: bool | None = None,
        on_result: Callable[[OperationResult], None] | None = None,
        key: str | None = None,
    ) -> OperationResult:
        """Bring removed DAGs back, each as it was, as a new version.

        Args:
            dag_ids: One id, or several.
            expected_version: The version of the one removed DAG that was read.
            verify: Run the git hooks.
            push: As for `create`.
            on_result: Shows the result, as for `create`.
            key: An idempotency key, as for `create`.

        Raises:
            NotFoundError: One of them was never removed here, or is forgotten.
            ConflictError: One is not removed, or its place is taken.
            SpecError: Today's rules refuse a spec.
        """
        from dagctl.commands.lifecycle import restoration

        options = Options(
            by_file=self._by_file,
            verify=verify,
            push=push,
            expected_version=expected_version,
            key=key,
        )
        return self._operate(restoration(self._context, ids_of(dag_ids), options), on_result)

    def plan_restore(self, dag_ids: str | Sequence[str]) -> PlanResult:
        """Return what `restore` would do; nothing is changed."""
        from dagctl.commands.lifecycle import restoration

        options = Options(by_file=self._by_file)
        return self._planned(restoration(self._context, ids_of(dag_ids), options), options)

    def rollback(  # noqa: PLR0913 - each is a choice of its own
        self,
        dag_id: str,
        to: int | None = None,
        *,
        force: bool = False,
        expected_version: Expected | None = None,
        verify: bool = True,
        push: bool | None = None,
        on_result: Callable[[OperationResult], None] | None = None,
        key: str | None = None,
    ) -> OperationResult:
        """Give a DAG the spec of an older version again, as a new version.

        The spec file in the work tree follows, if it is as the newest version had it.

        Args:
            dag_id: The DAG.
            to: The version; None: the newest one with another spec.
            force: As for `create`.
            expected_version: As for `create`.
            verify: Run the git hooks.
            push: As for `create`.
            on_result: Shows the result, as for `create`.
            key: An idempotency key, as for `create`.

        Raises:
            NotFoundError: There is no such DAG, or no such version.
            ConflictError: The DAG is removed, or something is in the way.
            SpecError: Today's rules refuse the old spec.
        """
        from dagctl.commands.lifecycle import rollback

        options = Options(
            by_file=self._by_file,
            force=force,
            verify=verify,
            push=push,
            expected_version=expected_version,
            key=key,
        )
        return self._operate(rollback(self._context, dag_id, to, options), on_result)

    def rename(  # noqa: PLR0913 - each is a choice of its own
        self,
        dag_id: str,
        new_id: str,
        *,
        force: bool = False,
        expected_version: Expected | None = None,
        verify: bool = True,
        on_result: Callable[[OperationResult], None] | None = None,
        key: str | None = None,
    ) -> OperationResult:
        """Give a DAG another id: file, object and record in one commit. To Airflow it is a new DAG.

        The spec gives the id from now on, in the spec file too if that is as it is recorded. The
        result's warnings say what it costs in Airflow.

        Args:
            dag_id: The DAG.
            new_id: Its new id; a rename back to an id that it had brings that history back.
            force: Remove a DAG file that was changed by hand.
            expected_version: As for `remove`.
            verify: Run the git hooks.
            on_result: Shows the result, as for `create`.
            key: An idempotency key, as for `create`.

        Raises:
            NotFoundError: There is no such DAG.
            ConflictError: The new id is taken, or something is in the way.
            UsageError: It is no id, or the one that the DAG has.
        """
        options = Options(
            by_file=self._by_file,
            force=force,
            verify=verify,
            expected_version=expected_version,
            key=key,
        )
        return self._operate(self._rename(dag_id, new_id, options), on_result)

    def plan_rename(self, dag_id: str, new_id: str, *, force: bool = False) -> PlanResult:
        """Return what `rename` would do; nothing is changed."""
        options = Options(by_file=self._by_file, force=force)
        return self._planned(self._rename(dag_id, new_id, options), options)

    def plan_rollback(
        self, dag_id: str, to: int | None = None, *, force: bool = False
    ) -> PlanResult:
        """Return what `rollback` would do; nothing is changed."""
        from dagctl.commands.lifecycle import rollback

        options = Options(by_file=self._by_file, force=force)
        return self._planned(rollback(self._context, dag_id, to, options), options)

    def rewrite(self, spec: SpecOrFile, *, force: bool = False) -> Rewritten:
        """Make the DAG file of a spec again in the work tree, as after a merge with conflicts.

        Nothing is recorded or committed: `create` does that.

        Args:
            spec: A spec, or the path of one.
            force: Overwrite a file that was changed by hand or is not dagctl's.

        Raises:
            SpecError: The spec has errors.
            ConflictError: Something is in the way.
        """
        from dagctl.commands.rewrite import rewrite

        (change,) = self._specs.changes(spec)
        return rewrite(self._context, change, force=force)

    def pull(
        self, dag_ids: str | Sequence[str] = (), *, dry_run: bool = False
    ) -> tuple[PulledDag, ...]:
        """Write specs and DAG files into the work tree, where they lack or lag; commit nothing.

        What a person has changed stays, and the warnings of that DAG say so.

        Args:
            dag_ids: One id, or several; none: all DAGs.
            dry_run: Write nothing.

        Raises:
            NotFoundError: One of them is not recorded.
            ConflictError: Another dagctl holds the workspace.
        """
        from dagctl.commands.pull import pull

        self._follow()
        return pull(self._context, ids_of(dag_ids), self._remember, dry_run=dry_run)

    # --- Inside ---

    def _rename(self, dag_id: str, new_id: str, options: Options) -> Intent:
        from dagctl.commands.lifecycle import rename

        return rename(self._context, dag_id, new_id, options, now=datetime.now(UTC))

    def _operate(
        self, intent: Intent, on_result: Callable[[OperationResult], None] | None
    ) -> OperationResult:
        from dagctl.commands.operate import operate

        is_one = len(intent.dag_ids) == 1 or intent.action == "rename"
        if intent.options.expected_version is not None and not is_one:
            raise UsageError("expected_version is the version of one DAG", hint="name one DAG")
        self._follow_those(intent)
        return operate(self._context, intent, on_recovered=self._remember, on_result=on_result)

    def _follow_those(self, intent: Intent) -> None:
        """Let an embedded registry follow the files of the DAGs that are named."""
        from dagctl.commands.behind import bring_up_these

        is_import = intent.digests is not None
        if self._by_file and not is_import and self._context.backend.cache is not None:
            bring_up_these(self._context, intent.dag_ids)

    def _planned(self, intent: Intent, options: Options) -> PlanResult:
        from dagctl.commands.plan import result_of

        self._settle_dead()
        self._follow_those(intent)
        return result_of(self._context, intent.plan(), options)


def ids_of(dag_ids: str | Iterable[str]) -> list[str]:
    """Return the ids of DAGs that a caller gives: one, or several.

    Raises:
        UsageError: One is no text, as a `Path` or None.
    """
    is_one = isinstance(dag_ids, str | bytes) or not hasattr(dag_ids, "__iter__")
    ids: list[object] = [dag_ids] if is_one else list(dag_ids)
    wrong = [each for each in ids if not isinstance(each, str)]
    if wrong:
        raise UsageError(f"{named(wrong[0])} is no id of a DAG", hint="give ids as text")
    return cast("list[str]", ids)
