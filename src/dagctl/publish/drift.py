"""Whether a file may be overwritten: not if it was changed by hand, or is not ours. Pure."""

from __future__ import annotations

from difflib import unified_diff

from dagctl.errors import ConflictError


def diff_of(path: str, old: bytes | None, new: bytes | None, *, names: tuple[str, str]) -> str:
    """Return the unified diff from `old` to `new` (None: no file), empty if they are equal.

    Args:
        path: The file.
        old: One content.
        new: The other content.
        names: What each of them is, as `("recorded", "in the work tree")`.
    """
    before, after = (f"{path} ({name})" for name in names)
    lines = unified_diff(_lines(old), _lines(new), before, after)
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def changed_by_hand(path: str, recorded: bytes, standing: bytes | None) -> ConflictError:
    """Return the refusal to write over a recorded file that holds something else by now."""
    what = "deleted" if standing is None else "changed"
    return ConflictError(
        f"{path} was {what} since dagctl wrote it",
        hint="keep the change: put it into the spec; lose it: --force",
        diff=diff_of(path, recorded, standing, names=("recorded", "in the work tree")),
    )


def not_ours(path: str) -> ConflictError:
    """Return the refusal to write over a file that dagctl did not record."""
    return ConflictError(
        f"{path} exists, and dagctl did not write it",
        hint="move it away, choose another dag_id, or take it over with --force",
    )


def _lines(content: bytes | None) -> list[str]:
    return (content or b"").decode("utf-8", "replace").splitlines(keepends=True)
