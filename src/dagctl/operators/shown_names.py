"""How messages show names of the user."""

from __future__ import annotations

_SHOWN = 80


def quoted(text: str) -> str:
    """Return the text between backticks: one line, cut after 80 characters, ASCII where odd."""
    cut = text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
    return f"`{cut if cut.isprintable() else ascii(cut)[1:-1]}`"


def did_you_mean(names: list[str]) -> str | None:
    """Return "did you mean `x` or `y`?", or None where there is no name."""
    if not names:
        return None
    *others, last = map(quoted, names)
    return f"did you mean {', '.join(others) + ' or ' if others else ''}{last}?"
