"""What `dagctl doctor` says about the recorded DAGs."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from dagctl.commands.doctor import Advice, Check, named
from dagctl.commands.survey import survey
from dagctl.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dagctl.commands.survey import Survey
    from dagctl.operation.backend import Backend
    from dagctl.settings import Settings

HEAL = "dagctl doctor --fix"


def checks_of_dags(
    backend: Backend, settings: Settings, *, needs: tuple[str, ...] = ()
) -> tuple[Check, ...]:
    """Return the looks at records, files, commits and objects; all share one pass."""
    seen = cache(lambda: survey(backend, settings))
    looks = {"files": files, "commits": commits, "objects": objects}
    return (
        Check("records", lambda: records(seen()), needs),
        *(Check(name, _look(look, seen), ("records",)) for name, look in looks.items()),
    )


def _look(
    look: Callable[[Survey], str | Advice], seen: Callable[[], Survey]
) -> Callable[[], str | Advice]:
    return lambda: look(seen())


def records(found: Survey) -> str | Advice:
    """Return whether every record can be read."""
    if found.damaged:
        reasons = [f"{dag_id} ({problem})" for dag_id, problem in found.damaged.items()]
        return Advice(
            f"{len(found.damaged)} of {found.count} records cannot be read: {named(reasons)}",
            "ask an owner to correct or remove these rows of user_dags",
        )
    if found.refused:
        return Advice(
            f"today's rules refuse the specs of {len(found.refused)} of {found.count} records: "
            f"{named(found.refused)}",
            "dagctl show ID says why; correct the spec file, then dagctl create it",
        )
    return f"all {found.count} records can be read"


def files(found: Survey) -> str:
    """Return that every DAG file is as it was recorded.

    Raises:
        ConflictError: One is missing, or was changed by hand.
    """
    parts = [
        f"{len(dags)} {what} ({named(dags)})"
        for dags, what in ((found.missing, "missing"), (found.changed, "changed by hand"))
        if dags
    ]
    if not parts:
        return f"all {found.count} DAG files are as recorded"
    hints = []
    if found.missing:
        hints.append(f"{HEAL} writes missing files anew")
    if found.changed:
        hints.append(
            "put a change into its spec and dagctl create it, or overwrite it with --force"
        )
    raise ConflictError(f"of {found.count} DAG files {', '.join(parts)}", hint="; ".join(hints))


def commits(found: Survey) -> str | Advice:
    """Return whether the recorded commits are in the branch, and on a remote."""
    reach = found.reach
    if reach is None:
        return "this clone is shallow: its commits are not compared"
    for ids, what, fix in (
        (
            reach.missing,
            "not in this repository",
            "git fetch; after a rebase, dagctl create --force",
        ),
        (reach.off_branch, "not in this branch", "git pull, or merge the branch that has them"),
        (reach.unpushed or (), "on no remote", "git push"),
    ):
        if ids:
            dags = [f"{found.commits[commit]} ({commit[:7]})" for commit in sorted(ids)]
            some = "1 recorded commit is" if len(dags) == 1 else f"{len(dags)} recorded commits are"
            return Advice(f"{some} {what}: {named(dags)}", fix)
    where = "" if reach.unpushed is None else " and on a remote"
    return f"all {len(found.commits)} recorded commits are in this branch{where}"


def objects(found: Survey) -> str | Advice:
    """Return whether the store holds what is recorded, and nothing else.

    Raises:
        ConflictError: An object is missing, or holds other bytes.
    """
    if found.stored_wrongly:
        raise ConflictError(
            f"{len(found.stored_wrongly)} of {found.count} stored files are missing or differ from "
            f"the recorded ones: {named(found.stored_wrongly)}",
            hint=f"{HEAL} stores them anew",
        )
    if found.orphans:
        names = [key.rpartition("/")[2] for key in found.orphans]
        return Advice(
            f"{len(names)} stored files belong to no recorded DAG: {named(names)}",
            f"{HEAL} removes them",
        )
    return f"all {found.count} stored files are as recorded"
