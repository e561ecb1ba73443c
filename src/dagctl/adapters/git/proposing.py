"""A branch of the remote for a review, and where its host opens a pull request for it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import quote

from dagctl.adapters.git.branch_tips import attempts, tip
from dagctl.adapters.git.commit import write_commit
from dagctl.adapters.git.git_tree import TreeEntry
from dagctl.adapters.git.network import Pushed
from dagctl.errors import UnavailableError, UsageError
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.adapters.git.network import Network
    from dagctl.adapters.git.place import GitWorkTree

_ADDRESS = lazy_pattern(r"^remote:.{0,200}?(https?://[!-~]{1,2000})", re.MULTILINE)
_HOST = lazy_pattern(
    r"(?:(?:https?|ssh)://(?:[^/@\s]*@)?|[^/@:\s]+@)(?P<host>[A-Za-z0-9.-]+)(?::\d+/|[:/])"
    r"(?P<path>[A-Za-z0-9._~/-]+?)(?:\.git)?/?"
)
_HOSTS = {
    "github.com": "https://github.com/{path}/pull/new/{name}",
    "gitlab.com": (
        "https://gitlab.com/{path}/-/merge_requests/new?merge_request%5Bsource_branch%5D={query}"
    ),
    "bitbucket.org": "https://bitbucket.org/{path}/pull-requests/new?source={query}",
    "codeberg.org": "https://codeberg.org/{path}/compare/{name}",
}
"""Where known hosts open a pull request."""


def propose(  # noqa: PLR0913 - what a commit on another branch is made of
    place: GitWorkTree,
    network: Network,
    name: str,
    files: Mapping[str, bytes],
    message: str,
    *,
    base: str | None,
    signs: bool,
    wait: float,
) -> tuple[Pushed, str]:
    """Commit the files on a branch of the remote; return what became of it, and the commit.

    Raises:
        UsageError: The name is no name of a branch.
        RemoteUnavailableError: The remote cannot be reached.
        UnavailableError: The branch was moving all the time.
    """
    branch = _checked(place, name)
    entries = _stored(place, files)
    pushed = Pushed("unknown", "")
    for _ in attempts(wait):
        there = network.fetch(branch)
        at = there
        if at is None and base is not None:
            at = network.fetch(base) or tip(place.git, base)
        if there is not None and all(
            place.trees.find(there, path) == entry for path, entry in entries.items()
        ):
            return Pushed("taken", ""), there
        tree = place.trees.graft(at, entries)
        new = write_commit(place.git, tree, at, message, signs=signs)
        pushed = network.push(branch, new, there)
        if pushed.outcome == "unknown" and network.fetch(branch) == new:
            return Pushed("taken", pushed.said), new
        if pushed.outcome != "moved":
            return pushed, new
    raise UnavailableError(f"{name} was moving for {wait:g} seconds: {pushed.said}")


def address_of(said: str, url: str, name: str) -> str | None:
    """Return where a pull request is opened: as the host says it, or as it is known of hosts."""
    if match := _ADDRESS.search(said):
        return match[1]
    match = _HOST.fullmatch(url)
    if match is None or match["host"].lower() not in _HOSTS:
        return None
    form = _HOSTS[match["host"].lower()]
    return form.format(path=match["path"], name=quote(name), query=quote(name, safe=""))


def _checked(place: GitWorkTree, name: str) -> str:
    """Return the ref of a branch.

    Raises:
        UsageError: git takes the name for no name of a branch.
    """
    branch = f"refs/heads/{name}"
    is_plain = name.isprintable() and not name.startswith("-")
    if not is_plain or not place.git.run("check-ref-format", branch).ok:
        raise UsageError(f"{name!r} is not a name of a branch", hint="such as: review/orders")
    return branch


def _stored(place: GitWorkTree, files: Mapping[str, bytes]) -> dict[str, TreeEntry]:
    """Write the files as blobs, to the byte, all by one git; return their entries."""
    with TemporaryDirectory(prefix="dagctl-") as folder:
        copies = [Path(folder, str(number)) for number in range(len(files))]
        for copy, content in zip(copies, files.values(), strict=True):
            copy.write_bytes(content)
        asked = "".join(f"{copy}\n" for copy in copies)
        command = ("hash-object", "-w", "--no-filters", "--stdin-paths")
        ids = place.git.must(*command, data=os.fsencode(asked)).text.split()
    return {path: TreeEntry("100644", "blob", blob) for path, blob in zip(files, ids, strict=True)}
