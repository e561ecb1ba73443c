"""What git is configured to: who commits, whether commits are signed, which filters there are."""

from __future__ import annotations

import os
import re
import time
from functools import partial
from typing import TYPE_CHECKING

from dagctl.adapters.git.kept_answers import KeptAnswers
from dagctl.errors import UnavailableError, UsageError
from dagctl.frozen import frozen
from dagctl.patterns import lazy_pattern
from dagctl.ports import GitIdentity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dagctl.adapters.git.git_command import GitCommand
    from dagctl.errors import DagctlError

_IDENTITY_HINT = (
    'git config --global user.name "Your Name" && git config --global user.email you@example.com'
)
_DATES = ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE")
_NO = frozenset({"false", "no", "off", "0", ""})
_FILTER = lazy_pattern(r"filter\.(.+)\.(clean|process|required)")


@frozen
class Configuration:
    """git's variables, as one `git var -l` writes them: the settings, then who commits."""

    values: dict[str, str]
    """The last value of each setting, and of each of git's logical variables."""
    known: frozenset[str]
    """The parts of an identity that are set, not guessed: `GIT_AUTHOR_NAME` and the like."""

    def identity(self, role: str = "AUTHOR") -> GitIdentity:
        """Return who commits (`AUTHOR` or `COMMITTER`), as the user has set it.

        Raises:
            UsageError: It is not set; what git would guess from the machine does not count.
        """
        ident = re.fullmatch(r"(.*) <(.*)> \d+ [+-]\d+", self.values.get(f"GIT_{role}_IDENT", ""))
        is_set = {f"GIT_{role}_NAME", f"GIT_{role}_EMAIL"} <= self.known
        if not is_set or ident is None or not ident[1]:
            raise UsageError("git does not know who you are", hint=_IDENTITY_HINT)
        name, email = (os.fsencode(part).decode("utf-8", "replace") for part in ident.groups())
        return GitIdentity(name, email)

    @property
    def signs(self) -> bool:
        """Whether `commit.gpgSign` is on."""
        return self.values.get("commit.gpgsign", "false").lower() not in _NO

    @property
    def allows_plain_objects(self) -> bool:
        """Whether a file that holds an object is all that git would write for it.

        A shared repository gives its files other modes; one with ids of two kinds keeps a table.
        """
        return not {"core.sharedrepository", "extensions.compatobjectformat"} & {*self.values}

    def signature(self, role: str) -> str:
        """Return who makes a commit (`AUTHOR` or `COMMITTER`) and when: now, unless it is set."""
        known = self.values[f"GIT_{role}_IDENT"]
        if os.environ.get(f"GIT_{role}_DATE"):
            return known
        who, _, zone = known.rsplit(" ", 2)
        return f"{who} {int(time.time())} {zone}"

    @property
    def filters(self) -> frozenset[str]:
        """The names of the filters that would change what is committed."""
        matches = map(_FILTER.fullmatch, self.values)
        return frozenset(match[1] for match in matches if match)

    @property
    def without_filters(self) -> tuple[str, ...]:
        """The options by which git runs no filter.

        What writes an index looks at files that changed within the last second, filtered.
        """
        names = (name for name in sorted(self.filters) if "=" not in name)
        return tuple(
            word
            for name in names
            for end in ("clean=", "process=", "required=false")
            for word in ("-c", f"filter.{name}.{end}")
        )


_KEPT: KeptAnswers[Configuration] = KeptAnswers(lambda _, __: True)


def read_configuration(git: GitCommand) -> Configuration:
    """Return what git knows in this folder.

    Raises:
        UnavailableError: git cannot read its configuration.
    """
    return _KEPT.get(git.folder, partial(_asked, git), of=git.identity)


def _asked(git: GitCommand) -> Configuration:
    answer = git.run("var", "-l")
    if not answer.ok:
        raise _refusal(answer.error)
    values = dict(_pair(line) for line in answer.text.split("\n"))
    return Configuration(values, frozenset(_known(values, git.variables)))


def _refusal(said: str) -> DagctlError:
    """Return why git does not say what it is configured to, with what puts it right."""
    dates = [name for name in _DATES if os.environ.get(name)]
    if "date" in said and dates:
        return UsageError(
            f"{' or '.join(dates)} in the environment is no date for git: {said}",
            hint=f"unset {' '.join(dates)}, or set it to a time such as 2026-11-28T12:00:00Z",
        )
    return UnavailableError(
        f"git cannot read its configuration: {said}",
        hint="correct what it names (`git config --list --show-origin` shows each file)",
    )


def _pair(line: str) -> tuple[str, str]:
    name, equals, value = line.partition("=")
    return name, value if equals else "true"


def _known(values: dict[str, str], variables: Iterable[str]) -> Iterable[str]:
    """Yield what is set of author and committer, by the rule of `git help commit-tree`."""
    given = {*variables, *(name for name, value in os.environ.items() if value)}
    for role in ("AUTHOR", "COMMITTER"):
        for part in ("NAME", "EMAIL"):
            settings = (f"{role}.{part}".lower(), f"user.{part}".lower())
            if f"GIT_{role}_{part}" in given or any(values.get(name) for name in settings):
                yield f"GIT_{role}_{part}"
