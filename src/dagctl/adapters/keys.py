"""Which relative paths and keys may reach a disk."""

from __future__ import annotations

from dagctl.errors import UsageError

TEMPORARY = ".dagctl-tmp-"
"""How the name of a file begins that is being written and has not got its real name yet."""


def checked_parts(path: str) -> list[str]:
    """Return the parts of a relative path such as `dags/sales.py`.

    Raises:
        UsageError: The path is empty or absolute, or a part of it is empty, `.`, `..`, a temporary
            name, or holds a NUL.
    """
    parts = path.split("/")
    if any(part in {"", ".", ".."} or "\0" in part or part.startswith(TEMPORARY) for part in parts):
        raise UsageError(f"{path!a} is not a relative path below one folder")
    return parts
