"""How an operation is to be done."""

from __future__ import annotations

from typing import Literal

from dagctl.frozen import frozen

IfExists = Literal["number", "update", "fail"]
Expected = int | frozenset[int] | Literal["any"]
"""The version that an update replaces, or one of several; `any`: whichever there is, said in so
many words. The empty set: the caller names something that is no version of a DAG."""


@frozen
class HandWritten:
    """A hand-written DAG file whose place is taken, as it was when it was read."""

    path: str
    """Where it stands, relative to the workspace."""
    digest: str
    """SHA-256 of its content, in hex. If it has another content by then, nothing is done."""


@frozen(kw_only=True)
class Options:
    """What a command was given besides its specs."""

    if_exists: IfExists | None = None
    """What to do about a DAG that exists. None: what the spec's path and id say."""
    force: bool = False
    """Overwrite files that were changed by hand or are not ours, and objects that were changed."""
    expected_version: Expected | None = None
    """The version that the caller has read; an update of a newer one is refused."""
    by_file: bool = True
    """Whether the DAG file in the work tree says which version an update is based on. A server's
    work tree does not: no caller has read it."""
    push: bool | None = None
    """Push the commit to the remote; None: as the settings say."""
    verify: bool = True
    """Run the user's git hooks."""
    key: str | None = None
    """The idempotency key: for 30 days calls with it give the result of the first that was done."""
    takes_over: HandWritten | None = None
    """The one file that dagctl did not write and that goes in this operation; None: none does."""

    def expects(self, version: int) -> bool:
        """Return whether a DAG with this version may be changed."""
        expected = self.expected_version
        if isinstance(expected, frozenset):
            return version in expected
        return expected in {None, "any", version}
