"""Use case: write into `dagctl.toml` which Supabase project the workspace belongs to."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Protocol

from dagctl.commands.files.new_files import replace_file
from dagctl.errors import ConflictError, UnavailableError, advice
from dagctl.frozen import frozen
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from pathlib import Path

    from dagctl.endpoint import Endpoint
    from dagctl.workspace import Workspace

TABLE = lazy_pattern(
    r"^[ \t]*\[supabase\][ \t]*(?:#.*)?$\n?(?:(?![ \t]*\[).*(?:\n|\Z))*", re.MULTILINE
)
"""The table `[supabase]` up to the next one."""
BACKEND = lazy_pattern(r"^[ \t]*backend[ \t]*=.*$", re.MULTILINE)
FIRST_TABLE = lazy_pattern(r"^[ \t]*\[", re.MULTILINE)


class PublicProject(Protocol):
    """The Supabase project, as far as it is public."""

    def url(self) -> str:
        """Look whether a project answers."""

    def key(self) -> str:
        """Look whether it knows the key."""


@frozen(kw_only=True)
class Link:
    """What a workspace is linked to."""

    endpoint: Endpoint
    project_id: str
    bucket: str


def link(workspace: Workspace, target: Link, project: PublicProject | None) -> Path:
    """Write the link into `dagctl.toml`, everything else in it kept; return its path.

    Args:
        workspace: Whose settings.
        target: What to write.
        project: The project, to look at first; None: write without a look.

    Raises:
        UsageError: The project does not know the key, or it is no project.
        UnavailableError: It does not answer, or the file cannot be written.
        ConflictError: The file is written in a way that cannot be changed safely.
    """
    if project is not None:
        project.url()
        project.key()
    try:
        before = workspace.config.read_text("utf-8")
        replace_file(workspace.config, linked(before, target).encode())
    except OSError as error:
        message = f"cannot write {workspace.config.name}: {error.strerror}"
        raise UnavailableError(message, hint=advice(error)) from error
    return workspace.config


def linked(text: str, target: Link) -> str:
    """Return the text of `dagctl.toml` with the link in it.

    Raises:
        ConflictError: It is written in a way that cannot be changed safely.
    """
    backend = 'backend = "supabase"'
    text = TABLE.sub("", text).rstrip("\n") + "\n"
    head, tables = _parted(text)
    head = BACKEND.sub(backend, head) if BACKEND.search(head) else f"{head}\n{backend}\n"
    head = _with_project(head, target.project_id)
    changed = f"{head}{tables}\n{_table(target)}"
    if not _says(changed, target):
        raise ConflictError(
            "dagctl.toml is written in a way that cannot be changed safely",
            hint="write this into it yourself: " + " ".join(_table(target).split("\n")),
        )
    return changed


def _table(target: Link) -> str:
    return (
        "[supabase]\n"
        f"url = {json.dumps(target.endpoint.url)}\n"
        "# Public by design: it opens nothing without a session. Never a secret key.\n"
        f"publishable_key = {json.dumps(target.endpoint.publishable_key)}\n"
        f"bucket = {json.dumps(target.bucket)}\n"
    )


def _with_project(head: str, project_id: str) -> str:
    line = f"project_id = {json.dumps(project_id)}"
    pattern = lazy_pattern(r"^[ \t]*project_id[ \t]*=.*$", re.MULTILINE)
    return pattern.sub(line, head) if pattern.search(head) else f"{line}\n{head}"


def _parted(text: str) -> tuple[str, str]:
    """Return what stands before the first table, and the rest."""
    match = FIRST_TABLE.search(text)
    return (text, "") if match is None else (text[: match.start()], text[match.start() :])


def _says(text: str, target: Link) -> bool:
    """Return whether the text is TOML that holds the link."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    table = {
        "url": target.endpoint.url,
        "publishable_key": target.endpoint.publishable_key,
        "bucket": target.bucket,
    }
    said = (document.get("backend"), document.get("project_id"), document.get("supabase"))
    return said == ("supabase", target.project_id, table)
