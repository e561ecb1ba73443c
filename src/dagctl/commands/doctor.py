"""Use case: look whether all that dagctl needs is there, and name the fix for what is not."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from dagctl.commands.specs.environment import misspelt, unknown
from dagctl.errors import ConflictError, DagctlError, ExitCode, NotAMemberError, UsageError
from dagctl.frozen import frozen
from dagctl.next_step import EXPORT_MIGRATIONS, FORCE, LIST, Fix
from dagctl.target import target_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dagctl.operation.backend import Backend
    from dagctl.ports import Journal, Repo
    from dagctl.settings import Settings

MIGRATE = Fix(EXPORT_MIGRATIONS, ", then supabase db push")
BUCKET = "dags"
"""The bucket that the migrations make and guard."""
NAMED = 5
"""How many of those that differ are named."""


class Probe(Protocol):
    """What can be looked at in a Supabase project, in this order; each may raise what is wrong."""

    def url(self) -> str:
        """Look whether a project answers."""

    def key(self) -> str:
        """Look whether it knows the key."""

    def clock(self) -> str:
        """Compare the clocks."""

    def session(self) -> str:
        """Look who is signed in."""

    def table(self) -> str:
        """Look at the table."""

    def functions(self) -> str:
        """Look at the functions."""

    def membership(self) -> str:
        """Look at the user's role."""

    def bucket(self) -> str:
        """Look for the bucket."""

    def policies(self) -> str:
        """Try out what an operation does."""

    def privacy(self) -> str:
        """Look who could read what was tried out."""


class Advice(NamedTuple):
    """What is not as it should be, but stops no command."""

    message: str
    fix: Fix | str


@frozen
class HealthCheck:
    """One look, and what must be well for it to make sense."""

    name: str
    look: Callable[[], str | Advice]
    needs: tuple[str, ...] = ()
    fix: Fix | None = None
    """What helps if the project refuses; None: what the refusal says."""


@frozen(kw_only=True)
class HealthFinding:
    """What a look has found."""

    name: str
    state: Literal["ok", "warning", "failed", "skipped"]
    message: str
    fix: str | None = None
    exit_code: ExitCode = ExitCode.OK


def supabase_checks(probe: Probe, settings: Settings) -> tuple[HealthCheck, ...]:
    """Return what there is to look at in a Supabase project."""
    fix_bucket = _fix_of_bucket(settings)
    return (
        HealthCheck("url", probe.url),
        HealthCheck("key", probe.key, ("url",)),
        HealthCheck("clock", probe.clock, ("url",)),
        HealthCheck("session", probe.session, ("key",)),
        HealthCheck("table", probe.table, ("session",), MIGRATE),
        HealthCheck("functions", probe.functions, ("session",), MIGRATE),
        HealthCheck("membership", probe.membership, ("functions",)),
        HealthCheck("bucket", probe.bucket, ("membership",), fix_bucket),
        HealthCheck("policies", probe.policies, ("table", "bucket"), fix_bucket),
        HealthCheck("privacy", probe.privacy, ("policies",)),
    )


def check_of_settings(settings: Settings, environ: Mapping[str, str]) -> HealthCheck:
    """Return the look at where settings come from."""
    return HealthCheck("settings", lambda: _settings(settings, environ))


def checks_here(backend: Backend, settings: Settings) -> tuple[HealthCheck, ...]:
    """Return what there is to look at on this machine."""
    pushes = settings.push == "always"
    return (
        HealthCheck("git", lambda: _git(backend.repo)),
        *((HealthCheck("remote", lambda: _remote(backend, settings), ("git",)),) if pushes else ()),
        HealthCheck("journal", lambda: _journal(backend.journal)),
        HealthCheck("airflow", lambda: _airflow(settings)),
    )


def examine(checks: Sequence[HealthCheck]) -> Iterator[HealthFinding]:
    """Yield what each look finds; one that lacks what it needs is skipped."""
    earlier: dict[str, HealthFinding] = {}
    for check in checks:
        earlier[check.name] = _finding(check, earlier)
        yield earlier[check.name]


def _finding(check: HealthCheck, earlier: Mapping[str, HealthFinding]) -> HealthFinding:
    missing = [name for name in check.needs if earlier[name].state in {"failed", "skipped"}]
    if missing:
        return HealthFinding(
            name=check.name, state="skipped", message=f"needs {', '.join(missing)}"
        )
    try:
        seen = check.look()
    except DagctlError as error:
        return HealthFinding(
            name=check.name,
            state="failed",
            message=error.message,
            fix=_fix(check, error),
            exit_code=error.exit_code,
        )
    if isinstance(seen, Advice):
        return HealthFinding(
            name=check.name, state="warning", message=seen.message, fix=str(seen.fix)
        )
    return HealthFinding(name=check.name, state="ok", message=seen)


def _fix(check: HealthCheck, error: DagctlError) -> str | None:
    is_refusal = isinstance(error, ConflictError | NotAMemberError | UsageError)
    return str(check.fix) if check.fix and is_refusal else error.hint


def _fix_of_bucket(settings: Settings) -> Fix:
    """Return what helps if the bucket is not as it has to be: a wrong name comes first."""
    if settings.supabase_bucket == BUCKET:
        return MIGRATE
    origin = settings.origins["supabase_bucket"]
    return Fix(
        f'set bucket to "{BUCKET}" (now by {origin}): the migrations make and guard no other'
    )


# --- The looks at this machine --------------------------------------------------------------------


def _settings(settings: Settings, environ: Mapping[str, str]) -> str:
    if wrong := misspelt(environ):
        raise UsageError(
            f"dagctl does not know {', '.join(wrong)}",
            hint=f"did you mean {', '.join(wrong.values())}? Otherwise unset it",
        )
    files = (origin.partition(":")[0] for origin in settings.origins.values())
    others = unknown(environ)
    ignored = f"; not known, so ignored: {', '.join(others)}" if others else ""
    return f"from {', '.join(sorted(set(files) - {'default'}))}{ignored}"


def _git(repo: Repo) -> str:
    branch = repo.preflight([]).removeprefix("refs/heads/")
    return f"{repo.identity().email} commits to {branch}"


def _remote(backend: Backend, settings: Settings) -> str:
    """Fetch, and say whether a commit could be pushed as things are here.

    Whether the host takes it (a protected branch, a hook) it says to a push only.
    """
    branch = backend.repo.preflight([])
    backend.upstream(settings.git_remote).preflight(branch, [])
    name = branch.removeprefix("refs/heads/")
    return f"{settings.git_remote} answers, and {name} has no commit that it lacks"


def _journal(journal: Journal) -> str:
    aside = journal.aside()
    if aside:
        raise ConflictError(
            f"what these operations had begun is neither finished nor undone: {named(aside)}",
            hint=Fix(
                "compare git status, git log and ",
                LIST,
                "; what is half done, create again with ",
                FORCE,
                "; then remove these files",
            ),
        )
    return "every entry can be read"


def _airflow(settings: Settings) -> str:
    try:
        installed = version("apache-airflow")
    except PackageNotFoundError:
        return f"files are written for Airflow {settings.airflow}; none is installed here"
    if not target_of(settings.airflow).includes(installed):
        raise ConflictError(
            f"files are written for Airflow {settings.airflow}, and here is Airflow {installed}",
            hint=f'airflow = "{installed.partition(".")[0]}" in dagctl.toml',
        )
    return f"files are written for Airflow {settings.airflow}, and here is Airflow {installed}"


def named(things: Sequence[str]) -> str:
    """Return the first of the things, as a list in a sentence."""
    return ", ".join(things[:NAMED]) + (", ..." if len(things) > NAMED else "")
