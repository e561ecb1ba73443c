"""Templates of other places, as they were fetched: one file a source, in the state folder.

Reading asks no git and no network. What is kept counts only as long as it is what `dagctl.toml`
names: of that address, commit and folder; and only whole, by its digest.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import field
from typing import TYPE_CHECKING, Any

from dagctl.commands.files.spec_files import read_below
from dagctl.errors import Diagnostic, UsageError
from dagctl.frozen import frozen
from dagctl.next_step import Command
from dagctl.paths import state_parts
from dagctl.settings.template_folders import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from dagctl.settings.template_folders import TemplateSource

FOLDER = "templates"
FETCH = Command("templates", "fetch")
_FORM = 1
_MOST_BYTES = 64 << 20
_LARGEST_LINK = 4096
"""Bytes of a `.git` that is a file."""


@frozen
class KeptSource:
    """What was fetched of a source."""

    place: tuple[str, ...]
    """What it was fetched from: address, commit, folder; or a project."""
    files: Mapping[str, str]
    """The texts of templates, by the names of their files."""
    seen: Mapping[str, str] = field(default_factory=dict)
    """The digests of all versions that were ever fetched, by `name@version`."""

    @property
    def digest(self) -> str:
        """The digest of all that is kept."""
        return hashlib.sha256(_canonical(self.place, self.files, self.seen)).hexdigest()

    def to_bytes(self) -> bytes:
        """Return it as the bytes of its file."""
        form = {"form": _FORM, "digest": self.digest, "place": list(self.place)}
        return json.dumps({**form, "files": self.files, "seen": self.seen}).encode()


def place_of(source: TemplateSource) -> tuple[str, ...]:
    """Return what a source is fetched from, as it is kept."""
    return (source.git or "", source.commit or "", source.folder)


def kept_of(root: Path, name: str) -> KeptSource | None:
    """Return what is kept of a source; None: nothing is, or it is damaged.

    Args:
        root: The workspace.
        name: The source.
    """
    where = _git_folder(root)
    if where is None:
        return None
    folder, prefix = where
    try:
        data = read_below(folder, (*state_parts(prefix), FOLDER, f"{name}.json"), _MOST_BYTES)
        return _read(json.loads(data))
    except (OSError, ValueError, RecursionError):
        return None


def of_source(root: Path, source: TemplateSource) -> Iterator[tuple[str, str | Diagnostic]]:
    """Yield the templates that are kept of a git source: the name of each file, and its text.

    If none are, or others than `dagctl.toml` names, one finding says so.
    """
    kept = kept_of(root, source.name)
    if kept is None or kept.place != place_of(source):
        what = "are not here yet" if kept is None else "here are not those of dagctl.toml"
        yield source.name, _finding(source, f"the templates of {source.name} {what}")
        return
    for name, text in kept.files.items():
        yield f"{source.name}/{name}", text


def project_place(project_id: str) -> tuple[str, ...]:
    """Return what the templates of a project are fetched from, as it is kept."""
    return (PROJECT, project_id)


def of_project(root: Path, project_id: str | None) -> Iterator[tuple[str, str]]:
    """Yield the templates that are kept of the project of a workspace, if some are."""
    kept = kept_of(root, PROJECT)
    if kept is not None and project_id is not None and kept.place == project_place(project_id):
        for name, text in kept.files.items():
            yield f"{PROJECT}/{name}", text


def _finding(source: TemplateSource, message: str) -> Diagnostic:
    file, _, line = source.origin.partition(":")
    return Diagnostic(
        code=UsageError.code,
        message=message,
        hint=str(FETCH),
        file=file,
        line=int(line) if line else None,
    )


def _canonical(*parts: Any) -> bytes:  # noqa: ANN401 - JSON
    return json.dumps(parts, sort_keys=True).encode()


def _read(data: Any) -> KeptSource | None:  # noqa: ANN401 - JSON
    if not isinstance(data, dict) or data.get("form") != _FORM:
        return None
    place, files, seen = data.get("place"), data.get("files"), data.get("seen")
    if not (isinstance(place, list) and isinstance(files, dict) and isinstance(seen, dict)):
        return None
    if not all(isinstance(text, str) for text in (*place, *files.values(), *seen.values())):
        return None
    kept = KeptSource(tuple(place), files, seen)
    return kept if kept.digest == data.get("digest") else None


def _git_folder(root: Path) -> tuple[Path, str] | None:
    """Return the git folder of the work tree around a workspace, and the way to it from there.

    git need not be asked: a `.git` that is a file counts only if what it names leads back.
    """
    for top in (root, *root.parents):
        entry = top / ".git"
        if os.path.lexists(entry):
            folder = entry if entry.is_dir() and not entry.is_symlink() else _linked(entry)
            prefix = root.relative_to(top).as_posix()
            return None if folder is None else (folder, "" if prefix == "." else prefix)
    return None


def _linked(entry: Path) -> Path | None:
    """Return the git folder of a linked work tree."""
    try:
        text = read_below(entry.parent, (entry.name,), _LARGEST_LINK).decode()
        folder = (entry.parent / text.removeprefix("gitdir:").strip()).resolve()
        back = read_below(folder, ("gitdir",), _LARGEST_LINK).decode().strip()
        return folder if (folder / back).samefile(entry) else None
    except (OSError, RuntimeError, ValueError):  # a circle of links, a NUL character
        return None
