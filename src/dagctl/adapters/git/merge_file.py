"""The three-way merge of a text, by `git merge-file`: no repository is read or changed."""

from __future__ import annotations

import tempfile
from pathlib import Path

from dagctl.adapters.git.git_program import ask
from dagctl.errors import UnavailableError
from dagctl.ports.text_merge import Merged, MergeSide

_MOST_CONFLICTS = 127
"""`git merge-file` exits with the number of conflicts, cut at this one; above it is a failure."""


def merged(mine: MergeSide, base: MergeSide, theirs: MergeSide) -> Merged:
    """Return the text that has what both sides have changed since the base.

    Raises:
        NoRepositoryError: There is no git.
        UnavailableError: git cannot merge them.
    """
    sides = (mine, base, theirs)
    with tempfile.TemporaryDirectory(prefix="dagctl-") as folder:
        names = [str(number) for number in range(len(sides))]
        for name, side in zip(names, sides, strict=True):
            (Path(folder) / name).write_bytes(side.text.encode())
        labels = [word for side in sides for word in ("-L", side.label)]
        answer = ask(
            Path(folder),
            *("-c", "merge.conflictStyle=merge", "merge-file", "-p", "-q"),
            *labels,
            *names,
        )
    if not 0 <= answer.status <= _MOST_CONFLICTS:
        raise UnavailableError(f"git merge-file failed: {answer.error or answer.status}")
    return Merged(answer.out.decode(), answer.status)
