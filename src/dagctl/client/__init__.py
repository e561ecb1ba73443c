"""`Client`: a workspace for a Python program; the command line makes the same calls."""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagctl.bootstrap import open_backend, take_over_old_state
from dagctl.client.calls import guarded
from dagctl.client.transfer import Transfer
from dagctl.client.versions import Versions
from dagctl.commands.workspace_specs import WorkspaceSpecs, variables_with
from dagctl.dag_file.header import is_unicode
from dagctl.errors import UsageError
from dagctl.operation.backend import Context, Silence
from dagctl.operation.options import Options
from dagctl.ports import Query
from dagctl.settings import load_settings
from dagctl.workspace import find_workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from dagctl.bootstrap import WorkspaceBackend
    from dagctl.commands.create import CreateResult
    from dagctl.commands.doctor import HealthFinding
    from dagctl.commands.heal import Healed, Repairs
    from dagctl.commands.plan import PlanResult
    from dagctl.commands.propose import Proposed
    from dagctl.commands.recover import RecoverResult
    from dagctl.commands.specs.given_specs import SpecOrFile
    from dagctl.operation.change import Change
    from dagctl.operation.conflicts.drift import Drift
    from dagctl.operation.execution.recovery import Unsettled
    from dagctl.operation.execution.settling import Recovered
    from dagctl.operation.options import Expected, IfExists
    from dagctl.ports import DagRecord, Listener, Page
    from dagctl.settings import Settings
    from dagctl.spec.resolution.variables import Variables
    from dagctl.workspace import Workspace


@guarded
class Client(Transfer, Versions):
    """A workspace and what is recorded in it. Close it, or use it as a context manager.

    Attributes:
        workspace: Where it is.
        settings: What it is set to.
        recovered: Operations of killed runs that this client has finished or undone, before it
            created or read anything.
        unsettled: Those that the last reading call could not finish or undo, with the reason.
        is_closed: Whether it was closed: every call is refused then.
    """

    is_closed = False

    def __init__(  # noqa: PLR0913 - what a client is made of
        self,
        workspace: Workspace,
        settings: Settings,
        backend: WorkspaceBackend,
        listener: Listener | None = None,
        *,
        serves: bool = False,
        variables: Variables | None = None,
    ) -> None:
        """Take what is opened already; `open` does so for a folder.

        Args:
            workspace: Where it is.
            settings: What it is set to.
            backend: Its adapters.
            listener: Hears how an operation goes.
            serves: Whether it works for callers of a server: its reading calls do not finish or
                undo what killed runs have left, and no DAG file in the work tree says which
                version an update is based on.
            variables: What `${{ vars.NAME }}` stands for in spec files and data; None: what the
                workspace says.
        """
        self.workspace = workspace
        self.settings = settings
        self.recovered: tuple[Recovered, ...] = ()
        self.unsettled: tuple[Unsettled, ...] = ()
        self._backend = backend
        self._settles = not serves
        self._by_file = not serves
        self._specs = backend.loader = WorkspaceSpecs(workspace, variables)
        self._context = Context(backend, settings, listener or Silence(), self._specs)

    @classmethod
    def open(
        cls,
        path: str | Path = ".",
        *,
        listener: Listener | None = None,
        overrides: Mapping[str, str] | None = None,
        env: str | None = None,
        variables: Mapping[str, Any] | Variables | None = None,
    ) -> Self:
        """Return a client of the workspace at or above `path`.

        Args:
            path: A folder.
            listener: Hears how an operation goes.
            overrides: Settings that win over `dagctl.toml` and the environment.
            env: The environment of `dagctl.toml` whose variables count. Default: `DAGCTL_ENV`.
            variables: Variables that win over those of `dagctl.toml`.

        Raises:
            UsageError: There is no workspace, or its settings are wrong.
        """
        workspace = find_workspace(Path(path))
        settings = load_settings(workspace, os.environ, overrides or {})
        if (warning := take_over_old_state(workspace)) and listener is not None:
            listener.warn(warning)
        backend = open_backend(settings, workspace, os.environ)
        known = variables_with(workspace, env, variables)
        return cls(workspace, settings, backend, listener, variables=known)

    def __repr__(self) -> str:
        return f"<Client of {self.workspace.root}, {self.settings.backend} backend>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close what was opened, for good."""
        self.is_closed = True
        self._backend.close()

    # --- Changing ---

    def create(  # noqa: PLR0913 - each is a choice of its own
        self,
        specs: SpecOrFile | Sequence[SpecOrFile],
        *,
        if_exists: IfExists | None = None,
        force: bool = False,
        expected_version: Expected | None = None,
        verify: bool = True,
        push: bool | None = None,
        on_result: Callable[[CreateResult], None] | None = None,
        key: str | None = None,
        prune: Sequence[str | Path] = (),
    ) -> CreateResult:
        """Create or update the DAGs of these specs: one operation, one commit, all or nothing.

        Args:
            specs: A spec or the path of one, or several of them.
            if_exists: None: a file updates the DAG that was made from it, a spec with the content
                of a recorded DAG of its name means that one, and another one with a name that is
                taken gets the next free number. `"number"`: always a new DAG; `"update"`: the DAG
                that has the id; `"fail"`: a `ConflictError`.
            force: Overwrite DAG files that were changed by hand or are not dagctl's, and versions
                that this work tree does not know.
            expected_version: The version of the DAG that was read; if the registry has a newer one,
                nothing is changed. `"any"`: whichever there is. None: the version that the DAG file
                in the work tree certifies.
            verify: Run the git hooks.
            push: Push the commit, as a part of the operation; None: as the settings say.
            on_result: Shows the result to the user. Until it has returned, the operation counts as
                not shown, and the same call gives the same result again.
            key: An idempotency key. For 30 days from its first use, calls with this key in the
                project give the result of the first one that was done, from any machine.
            prune: Folders of the workspace: DAGs whose spec file there is gone are removed in the
                same operation. Goes with no key.

        Raises:
            SpecError: A spec has errors.
            KeyReusedError: The key was used for other specs.
            StaleVersionError: The DAG has a newer version than the one that the update knows.
            ConflictError: Something else is in the way.
            UsageError: `expected_version` was given with several specs.
            UnavailableError: Something failed; nothing was changed.
            UnfinishedError: Something failed half way; `recover` finishes or undoes it.
        """
        from dagctl.commands.create import create

        requests = self._specs.changes(specs, self.settings.checks)
        _check_single(requests, expected_version)
        options = Options(by_file=self._by_file, if_exists=if_exists, force=force, verify=verify)
        options = replace(options, expected_version=expected_version, push=push, key=key)
        return create(
            self._context,
            requests,
            options,
            prune=self._folders(prune, key),
            on_recovered=self._remember,
            on_result=on_result,
        )

    def propose(
        self, specs: SpecOrFile | Sequence[SpecOrFile], branch: str, *, force: bool = False
    ) -> Proposed:
        """Push specs and DAG files to another branch of the git remote, for a review.

        Nothing is recorded, stored or changed here: once the branch is merged, `create` does that.

        Args:
            specs: As for `create`.
            branch: The branch. What others have pushed to it stays.
            force: As for `create`.

        Raises:
            SpecError: A spec has errors.
            UsageError: There is no such remote, or `branch` is no name of a branch.
            ConflictError: `create` would be refused, or the remote refuses the push.
        """
        from dagctl.commands.propose import propose

        requests = self._specs.changes(specs, self.settings.checks)
        options = Options(by_file=self._by_file, force=force)
        return propose(self._context, requests, branch, options, self._remember)

    def recover(self) -> RecoverResult:
        """Finish or undo what killed runs left.

        Raises:
            ConflictError: Another dagctl is at work in the workspace.
            UnfinishedError: Something could be neither finished nor undone.
        """
        from dagctl.commands.recover import recover

        return recover(self._context)

    # --- Reading ---

    def plan(
        self,
        specs: SpecOrFile | Sequence[SpecOrFile],
        *,
        if_exists: IfExists | None = None,
        force: bool = False,
        expected_version: Expected | None = None,
        prune: Sequence[str | Path] = (),
    ) -> PlanResult:
        """Return what `create` would do; nothing is changed.

        Raises:
            SpecError: A spec has errors.
            ConflictError: `create` would be refused.
        """
        from dagctl.commands.plan import plan

        requests = self._specs.changes(specs, self.settings.checks)
        _check_single(requests, expected_version)
        self._settle_dead()
        options = Options(
            by_file=self._by_file,
            if_exists=if_exists,
            force=force,
            expected_version=expected_version,
        )
        return plan(self._context, requests, options, self._folders(prune))

    def list(
        self,
        *,
        owner: str | None = None,
        tag: str | None = None,
        user: str | None = None,
        after: str | None = None,
        page_size: int = 200,
    ) -> Iterator[DagRecord]:
        """Return the recorded DAGs, sorted by id.

        Args:
            owner: Only of this owner.
            tag: Only with this tag.
            user: Only by this user: a user id, or an e-mail address.
            after: Only ids that come after this one.
            page_size: How many are read at once.

        Raises:
            UsageError: `user` is neither, or the address of somebody whom the backend hides.
        """
        asked = self.pages(owner=owner, tag=tag, user=user, after=after, page_size=page_size)
        return chain.from_iterable(asked)

    def pages(
        self,
        *,
        owner: str | None = None,
        tag: str | None = None,
        user: str | None = None,
        after: str | None = None,
        page_size: int = 50,
    ) -> Iterator[Page]:
        """Return the same page by page; `next` of a page is `after` for the one behind it.

        Raises:
            UsageError: As `list`; or a text holds what no registry can keep.
        """
        from dagctl.commands.recorded_state import pages, user_id_of

        self._bring_up()
        user_id = None if user is None else user_id_of(user, self._backend.user_id)
        for name, text in (("owner", owner), ("tag", tag), ("after", after)):
            if text is not None and ("\0" in text or not is_unicode(text)):
                raise UsageError(f"{name} is {text!a}, which no DAG can have")
        query = Query(owner=owner, tag=tag, user_id=user_id, after=after, limit=page_size)
        return pages(self._backend.registry, query)

    def get(self, dag_id: str) -> DagRecord:
        """Return what is recorded of a DAG.

        Raises:
            NotFoundError: Nothing is; the hint names DAGs that are called alike.
        """
        from dagctl.commands.recorded_state import record_of

        self._bring_up()
        return record_of(self._backend.registry, dag_id)

    def drift(self, record: DagRecord) -> Drift:
        """Return whether the DAG file in the work tree is as dagctl wrote it.

        Raises:
            UsageError: The record is damaged, or has a path that dagctl would not write.
        """
        (drift,) = self.drifts([record])
        if drift is None:
            raise UsageError(f"the record of `{record.dag_id}` is damaged")
        return drift

    def drifts(self, records: Sequence[DagRecord]) -> Sequence[Drift | None]:
        """Return the same of several records, with few questions to git; None: a damaged record."""
        from dagctl.commands.recorded_state import drifts_here

        return drifts_here(self._backend, self.settings, records)

    def role(self) -> str | None:
        """Return the user's role in the project: owner, editor, viewer, or None."""
        return self._backend.role()

    def doctor(self) -> Iterator[HealthFinding]:
        """Yield what is found about each thing that dagctl needs; nothing stays changed."""
        from dagctl.commands.doctor import examine

        self._bring_up()
        return examine(self._backend.checks())

    def repairs(self) -> Repairs:
        """Return what `heal` would put right, and what stays as it is; nothing is changed."""
        from dagctl.commands.heal import repairs_of
        from dagctl.commands.survey import survey

        self._bring_up()
        return repairs_of(survey(self._backend, self.settings))

    def heal(self, repairs: Repairs) -> Healed:
        """Write DAGs again whose file or object is missing or wrong; remove objects of no record.

        Raises:
            ConflictError: Something is in the way.
            UnfinishedError: Something failed half way; `recover` finishes or undoes it.
        """
        from dagctl.commands.heal import heal

        return heal(self._context, repairs, self._remember)

    # --- Inside ---

    def _folders(self, prune: Sequence[str | Path], key: str | None = None) -> tuple[str, ...]:
        from dagctl.commands.prune import folders_of

        if prune:
            self._follow()
        return folders_of(prune, self.workspace.root, self._backend, key)


def _check_single(changes: Sequence[Change], expected_version: Expected | None) -> None:
    if expected_version is not None and len(changes) != 1:
        raise UsageError("expected_version is the version of one DAG", hint="give one spec")
