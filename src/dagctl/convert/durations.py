"""Lengths of time as a spec writes them."""

from __future__ import annotations

import math

_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def duration_text(seconds: float | None) -> str | None:
    """Return a length of time such as `1h30m`; None for what is negative or no whole second."""
    if seconds is None or not 0 <= seconds < math.inf or seconds != int(seconds):
        return None
    rest, text = int(seconds), ""
    for unit, size in _UNITS:
        count, rest = divmod(rest, size)
        text += f"{count}{unit}" if count else ""
    return text or "0s"
