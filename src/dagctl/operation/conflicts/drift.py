"""Whether a DAG file is still as dagctl wrote it, and what is said if it is not. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from dagctl.errors import WorkspaceError
from dagctl.next_step import FORCE, Fix, again
from dagctl.operation.change import digest_of
from dagctl.operation.comparison.line_diff import line_diff
from dagctl.operation.comparison.merge import header_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dagctl.ports import DagRecord

_FAR_LARGER = 1024 * 1024
"""Bytes by which a file is so much larger that no diff is made."""
Drift = Literal["none", "changed", "missing", "behind", "ahead", "elsewhere", "unmerged"]
"""How a DAG file in the work tree differs from the recorded one: behind and ahead are other
versions, as dagctl wrote them; elsewhere: the branch that is checked out does not have that DAG;
unmerged: the file holds both sides of a merge, as dagctl wrote them."""


def drift_of(standing: bytes | None, content_digest: str) -> Drift:
    """Return how what stands there (None: nothing) differs from the content with this digest.

    A row that no dagctl wrote has none (`""`): it can only be said whether anything is there.
    """
    if standing is None:
        return "missing"
    return "none" if content_digest in {"", digest_of(standing)} else "changed"


def drift_in_work_tree(
    standing: bytes | None,
    record: DagRecord,
    *,
    is_cache: bool,
    unmerged: Callable[[], Sequence[bytes]] = tuple,
) -> Drift:
    """Return how the DAG file in the work tree differs from the recorded one.

    A file that certifies itself was changed by no person: a clone, a pull or another branch brought
    it. The embedded registry, a cache, follows it; of a shared one it is another version.

    Args:
        standing: What stands in the work tree; None: nothing.
        record: What is recorded.
        is_cache: Whether the registry is a cache of the files.
        unmerged: Returns both files of a merge that is under way, as git has them.
    """
    drift = drift_of(standing, record.content_digest)
    if drift != "changed" or standing is None:
        return drift
    header, is_merge = header_of(standing, unmerged)
    if header is None or not header.is_whole:
        return drift
    if is_merge:
        return "unmerged"
    if is_cache:
        return "none"
    version = header.version or 0
    if version == record.version:
        return "changed"
    return "behind" if version < record.version else "ahead"


def diff_of(path: str, old: bytes | None, new: bytes | None, *, names: tuple[str, str]) -> str:
    """Return the unified diff from `old` to `new` (None: no file), empty if they are equal.

    Of two files of which one is far larger it only says that they differ, as `diff -q` does: such a
    file is no DAG file any more, and may have millions of lines.

    Args:
        path: The file.
        old: One content.
        new: The other content.
        names: What each of them is, as `("recorded", "in the work tree")`.
    """
    before, after = (f"{path} ({name})" for name in names)
    if old is not None and new is not None and abs(len(old) - len(new)) > _FAR_LARGER:
        return f"Files {before} and {after} differ\n"
    return line_diff(before, after, _lines(old), _lines(new))


def changed_by_hand(path: str, recorded: bytes | None, standing: bytes | None) -> WorkspaceError:
    """Return the refusal to write over a recorded file that has changed in the meantime.

    There is no diff where it is not known what was recorded.
    """
    if standing is None:
        return WorkspaceError(
            f"{path} was deleted since dagctl wrote it", hint=Fix(FORCE, " writes it again")
        )
    return WorkspaceError(
        f"{path} was changed since dagctl wrote it",
        hint=Fix("keep the change: put it into the spec; lose it: ", FORCE),
        diff=None
        if recorded is None
        else diff_of(path, recorded, standing, names=("recorded", "in the work tree")),
    )


def not_ours(path: str) -> WorkspaceError:
    """Return the refusal to write over a file that dagctl did not record."""
    return WorkspaceError(
        f"{path} exists, and dagctl did not write it",
        hint=Fix("move it away, choose another dag_id, or take it over with ", FORCE),
    )


def in_the_way(path: str) -> WorkspaceError:
    """Return the refusal to bring a DAG back over a file that was written since."""
    return WorkspaceError(f"{path} exists, and dagctl did not write it", hint=again("move it away"))


def _lines(content: bytes | None) -> list[str]:
    return (content or b"").decode("utf-8", "replace").splitlines(keepends=True)
