"""The unified diff of two texts, in a time that is bounded whatever the texts are. Pure."""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_COMPARED = 1_000
"""How many lines of either text are compared one by one. `difflib` may take the square of that; of
longer texts, what stands between the lines that both begin and end with is shown as replaced."""
_CONTEXT = 3
"""Lines of context, as `diff -u` has them."""


def line_diff(before: str, after: str, old: Sequence[str], new: Sequence[str]) -> str:
    """Return the unified diff from the `old` lines to the `new` ones, empty if they are equal.

    Args:
        before: The name of the old text.
        after: The name of the new text.
        old: Its lines, each with its end.
        new: Its lines.
    """
    is_short = max(len(old), len(new)) <= MOST_COMPARED
    lines = unified_diff(old, new, before, after) if is_short else _block(before, after, old, new)
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def _block(before: str, after: str, old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a diff that replaces all that is not alike at both ends."""
    start = _alike(old, new)
    end = _alike(old[start:][::-1], new[start:][::-1])
    removed, added = old[start : len(old) - end], new[start : len(new) - end]
    if not removed and not added:
        return
    above = old[max(start - _CONTEXT, 0) : start]
    below = old[len(old) - end :][:_CONTEXT]
    first, around = start - len(above), len(above) + len(below)
    yield f"--- {before}\n"
    yield f"+++ {after}\n"
    yield f"@@ -{_range(first, len(removed) + around)} +{_range(first, len(added) + around)} @@\n"
    yield from (f" {line}" for line in above)
    yield from (f"-{line}" for line in removed)
    yield from (f"+{line}" for line in added)
    yield from (f" {line}" for line in below)


def _alike(old: Sequence[str], new: Sequence[str]) -> int:
    """Return how many lines two texts begin with in common."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((at for at, (line, other) in pairs if line != other), min(len(old), len(new)))


def _range(first: int, length: int) -> str:
    return f"{first + 1 if length else first},{length}"
