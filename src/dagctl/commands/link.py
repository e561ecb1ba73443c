"""Use case: write into `dagctl.toml` which Supabase project the workspace belongs to."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from dagctl.errors import ConflictError, UnavailableError, advice

if TYPE_CHECKING:
    from pathlib import Path

    from dagctl.endpoint import Endpoint
    from dagctl.workspace import Workspace

TABLE = re.compile(
    r"^[ \t]*\[supabase\][ \t]*(?:#.*)?$\n?(?:(?![ \t]*\[).*(?:\n|\Z))*", re.MULTILINE
)
"""The table `[supabase]` up to the next one."""
BACKEND = re.compile(r"^[ \t]*backend[ \t]*=.*$", re.MULTILINE)
FIRST_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)


class Project(Protocol):
    """The Supabase project, as far as it is public."""

    def url(self) -> str:
        """Look whether a project answers."""

    def key(self) -> str:
        """Look whether it knows the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a workspace is linked to."""

    endpoint: Endpoint
    project_id: str
    bucket: str


def link(workspace: Workspace, wanted: Link, project: Project | None) -> Path:
    """Write the link into `dagctl.toml`, everything else in it kept; return its path.

    Args:
        workspace: Whose settings.
        wanted: What to write.
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
        _replace(workspace.config, linked(before, wanted))
    except OSError as error:
        message = f"cannot write {workspace.config.name}: {error.strerror}"
        raise UnavailableError(message, hint=advice(error)) from error
    return workspace.config


def linked(text: str, wanted: Link) -> str:
    """Return the text of `dagctl.toml` with the link in it.

    Raises:
        ConflictError: It is written in a way that cannot be changed safely.
    """
    backend = 'backend = "supabase"'
    text = TABLE.sub("", text).rstrip("\n") + "\n"
    head, tables = _parted(text)
    head = BACKEND.sub(backend, head) if BACKEND.search(head) else f"{head}\n{backend}\n"
    head = _with_project(head, wanted.project_id)
    changed = f"{head}{tables}\n{_table(wanted)}"
    if not _says(changed, wanted):
        raise ConflictError(
            "dagctl.toml is written in a way that cannot be changed safely",
            hint="write this into it yourself: " + " ".join(_table(wanted).split("\n")),
        )
    return changed


def _table(wanted: Link) -> str:
    return (
        "[supabase]\n"
        f"url = {json.dumps(wanted.endpoint.url)}\n"
        "# Public by design: it opens nothing without a session. Never a secret key.\n"
        f"publishable_key = {json.dumps(wanted.endpoint.publishable_key)}\n"
        f"bucket = {json.dumps(wanted.bucket)}\n"
    )


def _with_project(head: str, project_id: str) -> str:
    line = f"project_id = {json.dumps(project_id)}"
    pattern = re.compile(r"^[ \t]*project_id[ \t]*=.*$", re.MULTILINE)
    return pattern.sub(line, head) if pattern.search(head) else f"{line}\n{head}"


def _parted(text: str) -> tuple[str, str]:
    """Return what stands before the first table, and the rest."""
    found = FIRST_TABLE.search(text)
    return (text, "") if found is None else (text[: found.start()], text[found.start() :])


def _says(text: str, wanted: Link) -> bool:
    """Return whether the text is TOML that says what is wanted."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    table = {
        "url": wanted.endpoint.url,
        "publishable_key": wanted.endpoint.publishable_key,
        "bucket": wanted.bucket,
    }
    said = (found.get("backend"), found.get("project_id"), found.get("supabase"))
    return said == ("supabase", wanted.project_id, table)


def _replace(path: Path, text: str) -> None:
    """Write the file in one step: a reader finds the old text or the new."""
    new = path.with_name(f".{path.name}.new")
    new.write_text(text, "utf-8")
    new.chmod(path.stat().st_mode & 0o777)
    new.replace(path)
