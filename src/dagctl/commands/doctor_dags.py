"""What `dagctl doctor` says about the recorded DAGs."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from dagctl.commands.doctor import Advice, HealthCheck, named
from dagctl.commands.survey import survey
from dagctl.errors import ConflictError
from dagctl.next_step import CREATE, CREATE_ANEW, FORCE, HEAL, Command, Fix
from dagctl.operation.dags.other_folder import step

if TYPE_CHECKING:
    from collections.abc import Callable

    from dagctl.commands.survey import Survey
    from dagctl.operation.backend import Backend
    from dagctl.settings import Settings

    Look = Callable[[Survey], str | Advice]

_BY_HAND = (
    "look at what lies elsewhere, and remove it by hand if nothing uses it: in the dashboard under "
    "Storage, or without Supabase in the folder `store` below `git rev-parse --git-path dagctl`"
)


def checks_of_dags(
    backend: Backend, settings: Settings, *, needs: tuple[str, ...] = ()
) -> tuple[HealthCheck, ...]:
    """Return the looks at records, files, commits and objects; all share one pass."""
    seen = cache(lambda: survey(backend, settings))
    looks: dict[str, Look] = {
        "files": partial(files, settings=settings),
        "commits": commits,
        "objects": objects,
    }
    return (
        HealthCheck("records", lambda: records(seen()), needs),
        *(HealthCheck(name, _look(look, seen), ("records",)) for name, look in looks.items()),
    )


def _look(look: Look, seen: Callable[[], Survey]) -> Callable[[], str | Advice]:
    return lambda: look(seen())


def records(survey: Survey) -> str | Advice:
    """Return whether every record can be read."""
    if survey.damaged:
        reasons = [f"{dag_id} ({problem})" for dag_id, problem in survey.damaged.items()]
        return Advice(
            f"{len(survey.damaged)} of {survey.count} records cannot be read: {named(reasons)}",
            "ask an owner to correct or remove these rows of user_dags",
        )
    if survey.refused:
        return Advice(
            f"today's rules refuse the specs of {len(survey.refused)} of {survey.count} records: "
            f"{named(survey.refused)}",
            Fix(Command("show", "ID"), " says why; correct the spec file, then ", CREATE, " it"),
        )
    return _all_good(survey.count, "records", "can be read")


def _all_good(count: int, nouns: str, state: str) -> str:
    return f"all {count} {nouns} {state}" if count else f"there are no {nouns} yet"


def files(survey: Survey, settings: Settings) -> str | Advice:
    """Return whether every DAG file is as it was recorded; another branch may have others.

    Raises:
        ConflictError: One is missing, was changed by hand, or stands in another folder.
    """
    for left in survey.left.values():
        folder, new = left.rpartition("/")[0], settings.dags_folder
        raise ConflictError(
            f"the files of {len(survey.left)} of {survey.count} DAGs are in {folder}, and "
            f"dags_folder is {new} now",
            hint=step(folder, new),
        )
    kinds = {
        "missing": survey.missing,
        "changed by hand": survey.changed,
        "not in this branch": survey.elsewhere,
        "another version than the recorded one": survey.other,
        "in a merge conflict": survey.unmerged,
    }
    parts = [f"{len(dags)} {what} ({named(dags)})" for what, dags in kinds.items() if dags]
    if not parts and survey.removed:
        count = len(survey.removed)
        some = f"{count} DAG files here are of" if count > 1 else "1 DAG file here is of a"
        return Advice(
            f"{some} removed DAG{'s' if count > 1 else ''}: {named(survey.removed)}",
            "git pull brings the removal; if it was never pushed, git rm the files",
        )
    if not parts:
        return _all_good(survey.count, "DAG files", "are as recorded")
    message = f"of {survey.count} DAG files {', '.join(parts)}"
    if survey.missing or survey.changed:
        raise ConflictError(message, hint=_fix_of_files(survey))
    return Advice(message, _fix_of_branches(survey))


def _fix_of_files(survey: Survey) -> Fix:
    rewrite = (HEAL, " writes missing files again")
    keep = ("put a change into its spec and ", CREATE, " it, or overwrite it with ", FORCE)
    between = ("; ",) if survey.missing and survey.changed else ()
    return Fix(*(rewrite if survey.missing else ()), *between, *(keep if survey.changed else ()))


def _fix_of_branches(survey: Survey) -> Fix:
    pull = (
        "git pull, or merge the branch that has them; in a sparse checkout, git sparse-checkout add"
    )
    once_more = (Command("render", "--write SPEC"), " makes the file again, then git add it")
    is_elsewhere = bool(survey.elsewhere or survey.other)
    between = ("; ",) if is_elsewhere and survey.unmerged else ()
    return Fix(
        *((pull,) if is_elsewhere else ()), *between, *(once_more if survey.unmerged else ())
    )


def commits(survey: Survey) -> str | Advice:
    """Return whether the recorded commits are in the branch, and on a remote."""
    reach = survey.reach
    if reach is None:
        return "this clone is shallow: its commits are not compared"
    for ids, what, fix in (
        (
            reach.missing,
            "not in this repository",
            Fix("git fetch; after a rebase, ", CREATE_ANEW),
        ),
        (
            reach.nowhere,
            "in no branch any more, as after a rebase",
            Fix(CREATE_ANEW, " records them again"),
        ),
        (reach.off_branch, "not in this branch", "git pull, or merge the branch that has them"),
        (reach.unpushed or (), "on no remote", "git push"),
    ):
        if ids:
            dags = [f"{survey.commits[commit]} ({commit[:7]})" for commit in sorted(ids)]
            some = "1 recorded commit is" if len(dags) == 1 else f"{len(dags)} recorded commits are"
            return Advice(f"{some} {what}: {named(dags)}", fix)
    where = "" if reach.unpushed is None else " and on a remote"
    return _all_good(len(survey.commits), "recorded commits", f"are in this branch{where}")


def objects(survey: Survey) -> str | Advice:
    """Return whether the store holds what is recorded, and nothing else.

    Raises:
        ConflictError: An object is missing, or holds other bytes.
    """
    if survey.stored_wrongly:
        raise ConflictError(
            f"{len(survey.stored_wrongly)} of {survey.count} stored files are missing or "
            f"differ from the recorded ones: {named(survey.stored_wrongly)}",
            hint=Fix(HEAL, " stores them again"),
        )
    parts = {
        "stored files belong to no recorded DAG": [
            key.rpartition("/")[2] for key in survey.orphans
        ],
        "stored files lie where no DAG is stored": survey.strays,
    }
    if survey.orphans or survey.strays:
        said = [f"{len(keys)} {what}: {named(keys)}" for what, keys in parts.items() if keys]
        heal = (HEAL, " removes those of no DAG") if survey.orphans else ()
        between = ("; ",) if survey.orphans and survey.strays else ()
        return Advice(
            "; ".join(said), Fix(*heal, *between, *((_BY_HAND,) if survey.strays else ()))
        )
    return _all_good(survey.count, "stored files", "are as recorded")
