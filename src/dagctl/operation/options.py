"""How a command wants its specs published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

IfExists = Literal["number", "update", "fail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a command was given besides its specs."""

    if_exists: IfExists | None = None
    """What to do about a DAG that exists. None: what the spec's path and id say."""
    force: bool = False
    """Overwrite files that were changed by hand or are not ours, and objects that were changed."""
    verify: bool = True
    """Run the user's git hooks."""
