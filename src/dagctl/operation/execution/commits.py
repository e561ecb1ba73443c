"""Where the commit of an operation stands: on the branch here, or on the remote that it pushes to.

With a push no branch here moves before the confirmation: the remote decides which commit counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from dagctl.errors import UsageError, WorkspaceError
from dagctl.next_step import Fix, Option
from dagctl.operation.execution.message import commit_message
from dagctl.operation.journal.entry import Phase
from dagctl.ports import RemoteChangedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dagctl.operation.backend import Backend, Context
    from dagctl.operation.journal.entry import JournalEntry
    from dagctl.operation.options import Options
    from dagctl.settings import Settings

_DRY_RUN = Option("dry_run")
_PLANS = 10
"""How often at most a plan is made because a replica was quicker."""
Result = TypeVar("Result")


def remote_of(settings: Settings, options: Options) -> str | None:
    """Return the remote that an operation pushes to, or None."""
    pushes = settings.push == "always" if options.push is None else options.push
    return settings.git_remote if pushes else None


def bring_up(context: Context, options: Options) -> None:
    """Let a clone in which no person works follow the remote, before anything is planned.

    A person's clone is not: its DAG files say which versions the person has seen.
    """
    remote = remote_of(context.settings, options)
    if remote is not None and not options.by_file:
        with context.step("fetch"):
            context.backend.upstream(remote).bring_up()


def in_current_clone(context: Context, options: Options, act: Callable[[], Result]) -> Result:
    """Bring a server's clone up and return what the act does in it.

    If another replica has pushed one of the same files since then, such as a DAG of the same name,
    nothing was changed, and all of it is done again in what the clone is by then. For a person it
    is not: what has come the person has not seen.

    Raises:
        RemoteChangedError: The remote had other files each time.
    """
    for _ in range(_PLANS - 1):
        bring_up(context, options)
        try:
            return act()
        except RemoteChangedError:
            if options.by_file:
                raise
    bring_up(context, options)
    return act()


def check_branch(settings: Settings, branch: str) -> None:
    """Check that DAGs may be published from this branch.

    Raises:
        WorkspaceError: `publish_from` does not name it.
    """
    name = branch.removeprefix("refs/heads/")
    if settings.publish_from and name not in settings.publish_from:
        allowed = ", ".join(settings.publish_from)
        origin = settings.origins.get("publish_from", "publish_from")
        raise WorkspaceError(
            f"DAGs are not published from the branch {name}: {origin} allows {allowed}",
            hint=Fix(
                _DRY_RUN,
                " shows what would be done, ",
                Option("branch", "NAME"),
                " asks for a review",
            ),
        )


def commit(backend: Backend, entry: JournalEntry, *, verify: bool) -> str:
    """Commit what the entry says, and push it if it says so; return the id of the commit."""
    message = commit_message(entry.effects)
    where = backend.repo.commit if entry.remote is None else backend.upstream(entry.remote).publish
    return where(entry.operation_id, entry.branch, entry.writes, message, verify=verify)


def find_commit(backend: Backend, entry: JournalEntry) -> str | None:
    """Return the operation's commit, if it stands."""
    if not entry.effects:
        return None
    if entry.remote is None:
        return backend.repo.find_commit(entry.operation_id, entry.branch, entry.writes)
    if entry.phase is Phase.PUBLISHING:  # nothing was pushed yet
        return None
    upstream = backend.upstream(entry.remote)
    return upstream.find_commit(entry.operation_id, entry.branch, entry.writes)


def take_back(backend: Backend, entry: JournalEntry, commit_id: str) -> None:
    """Take the operation's commit back.

    What the registry has recorded meanwhile stays on the remote, to the byte: another clone made
    the same version, and builds on that commit.
    """
    if entry.remote is None:
        backend.repo.uncommit(entry.operation_id, entry.branch, commit_id, entry.writes)
        return
    recorded = backend.registry.find(dag_ids=entry.dag_ids, specs=False)
    records = {record.dag_id: record for record in recorded}
    writes = [
        write
        for change in entry.effects
        if not change.is_as_recorded(records.get(change.dag_id))
        for write in change.writes
    ]
    upstream = backend.upstream(entry.remote)
    upstream.take_back(entry.operation_id, entry.branch, commit_id, writes)


def follow(backend: Backend, entry: JournalEntry) -> str | None:
    """Let the branch here follow the remote; return a warning if that is not possible.

    It comes after the confirmation, so it never stops an operation.
    """
    if entry.remote is None:
        return None
    paths = [write.path for write in entry.writes]
    try:
        return backend.upstream(entry.remote).follow(entry.branch, paths)
    except UsageError as error:  # the remote was taken out of git's configuration
        return error.message


def where(entry: JournalEntry) -> str:
    """Return where the commit stands, for people: `main`, or `origin/main`."""
    return pushed_to(entry) or _name(entry)


def pushed_to(entry: JournalEntry) -> str | None:
    """Return the branch of the remote that has the commit, as `origin/main`; None: none has."""
    return None if entry.remote is None else f"{entry.remote}/{_name(entry)}"


def _name(entry: JournalEntry) -> str:
    return entry.branch.removeprefix("refs/heads/")
