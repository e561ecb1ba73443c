"""What one version of a spec says otherwise than another: the value; `operation` makes it. Pure."""

from __future__ import annotations

from typing import Any, Literal

from dagctl.frozen import frozen


@frozen(kw_only=True)
class Difference:
    """One difference between two versions of a spec."""

    kind: Literal["added", "removed", "changed"]
    path: tuple[str, ...]
    """The field: `("retries",)`, `("default_args", "pool")`, `("tasks", "load")` or
    `("tasks", "load", "with", "sql")`."""
    before: Any = None
    """The value as JSON data; None if it was added."""
    after: Any = None
    """The value as JSON data; None if it was removed."""
    of_group: bool = False
    """Whether what `tasks` names is a group."""
