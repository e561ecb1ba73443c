"""What becomes of a spec file when an operation brings an older spec back.

The file follows only if it has not been changed since: else it stays, with a warning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.errors import ConflictError, SpecError, UsageError
from dagctl.operation.dags.loading import loaded
from dagctl.paths import is_spec_path
from dagctl.ports import SpecWrite
from dagctl.readers.source_text import decode

if TYPE_CHECKING:
    from dagctl.operation.backend import Context
    from dagctl.operation.options import Options
    from dagctl.spec.model import DagSpec


def says(context: Context, path: str | None, text: str | None, digest: str) -> bool:
    """Return whether a text means a spec today, with all that counts for it; where none is known.

    Args:
        context: What counts for the specs of the work tree.
        path: The spec file, relative to the workspace; None: the spec has none.
        text: What stands in it; None: not known.
        digest: The digest of the spec.
    """
    if path is None or text is None or not is_spec_path(path):
        return True
    try:
        return loaded(context.loader, text, path).digest() == digest
    except (ConflictError, UsageError, SpecError):
        return False


def spec_write(  # noqa: PLR0913 - each is another thing
    context: Context,
    options: Options,
    path: str | None,
    *,
    now: str | None,
    then: str | None,
    digest: str,
) -> SpecWrite | None:
    """Return how a spec file is to change; None: it stays as it is.

    In a clone in which no person works it stays always: a file that is not committed there would
    be in the way of what the remote brings.

    Args:
        context: The work tree, and what counts for its specs.
        options: Whether a person works in this work tree.
        path: The spec file, relative to the workspace; None: the spec has none.
        now: The text that the file is known to have; None: it is known to be gone.
        then: The text that it shall have, from a record; None: not known.
        digest: The digest of the spec that this text shall be.
    """
    if not options.by_file or path is None or then is None or not is_spec_path(path):
        return None
    spec = spec_in(context, path, then)
    if spec is None or spec.digest() != digest:
        return None
    return write_of(context, path, now=now, then=then)


def spec_in(context: Context, path: str | None, text: str | None) -> DagSpec | None:
    """Return what a text means today as the spec file of that path; None: no spec, or no file."""
    if path is None or text is None or not is_spec_path(path):
        return None
    try:
        return loaded(context.loader, text, path)
    except (ConflictError, UsageError, SpecError):  # no spec by today's rules
        return None


def what_it_is_now(context: Context, path: str, text: str) -> str:
    """Return, of a text that does not mean today what it meant once, what it is instead."""
    if spec_in(context, path, text) is None:
        return (
            "is no right spec here now: something that it uses has gone (a template, a file, a "
            "variable), or today's rules refuse it"
        )
    return "is another spec with today's defaults and variables"


def is_absent(context: Context, path: str) -> bool:
    """Return whether there is no spec file of that path."""
    try:
        return context.backend.files.read(path) is None
    except (ConflictError, UsageError):  # a link, a folder
        return False


def other_spec(context: Context, path: str, text: str, dag_id: str) -> str | None:
    """Return the warning about a spec file that has another text than a DAG that comes; or None."""
    try:
        standing = context.backend.files.read(path)
    except (ConflictError, UsageError):  # a link, a folder
        return None
    if standing is None or decode(standing)[0] == text:
        return None
    return (
        f"{path} is another text than the spec of `{dag_id}`, and stays as it is: the next create "
        f"makes it the DAG's; what the DAG is now: dagctl show {dag_id} --spec"
    )


def write_of(context: Context, path: str, *, now: str | None, then: str) -> SpecWrite | None:
    """Return how a spec file comes to a text whose meaning is known; see `spec_write`."""
    try:
        content = context.backend.files.read(path)
    except (ConflictError, UsageError):  # a link, a folder
        return None
    standing = None if content is None else decode(content)[0]
    if standing != now or standing == then:
        return None
    return SpecWrite(path=path, old=content, new=then.encode())
