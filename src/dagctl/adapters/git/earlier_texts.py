"""What the files of a folder were in earlier commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.adapters.git.commit_log import log
from dagctl.adapters.git.folder import locate
from dagctl.adapters.git.git_command import GitCommand
from dagctl.adapters.git.git_objects import small_blobs
from dagctl.adapters.git.place import place_in
from dagctl.errors import UnavailableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MOST = 1_000
"""Texts that are read; a folder of templates has few."""


def earlier_texts(root: Path, folder: str, largest: int) -> Iterator[tuple[str, bytes]]:
    """Yield the paths and contents that files below a folder had, those of the newest commit first.

    None where the workspace is in no repository that git can read.

    Args:
        root: The workspace.
        folder: The folder, relative to it.
        largest: The most bytes of a content.
    """
    try:
        place = place_in(GitCommand(root), locate(root))
        commits = log(place, [folder])
    except (UsageError, UnavailableError):
        return
    ids: dict[str, str] = {}
    for commit in commits:
        for path, both in commit.changes.items():
            for blob in reversed(both):
                ids.setdefault(blob, path)
    asked = [blob for blob in ids if blob.strip("0")][:_MOST]
    contents = small_blobs(place.git, asked, largest)
    yield from ((ids[blob], contents[blob]) for blob in asked if blob in contents)
