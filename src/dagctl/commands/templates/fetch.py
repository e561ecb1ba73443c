"""Use case: fetch the templates of other repositories, and keep them for this workspace."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from dagctl.commands.templates.kept_sources import KeptSource, kept_of, place_of
from dagctl.errors import ConflictError, NotFoundError, SpecError, UsageError
from dagctl.frozen import frozen
from dagctl.template import read_template

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from dagctl.ports.template_store import TemplateStore
    from dagctl.settings.template_folders import TemplateSource


@frozen
class Fetched:
    """A source, and what it gave."""

    source: str
    place: tuple[str, ...]
    templates: tuple[str, ...]
    """As `report@2`, in their order."""
    new: tuple[str, ...]
    """Those that were not here before."""


def chosen(sources: Sequence[TemplateSource], names: Sequence[str]) -> list[TemplateSource]:
    """Return the git sources with these names; all, where none is named.

    Raises:
        NotFoundError: There is none of a name.
        UsageError: There is no git source at all.
    """
    of_git = {source.name: source for source in sources if source.git is not None}
    if not of_git:
        message = "dagctl.toml names no git repository with templates"
        raise UsageError(message, hint='add [templates.platform] with git = "..." and commit')
    for name in names:
        if name not in of_git:
            known = ", ".join(of_git)
            raise NotFoundError(f"there is no source `{name}`", hint=f"the sources: {known}")
    return [of_git[name] for name in names] or list(of_git.values())


def fetch(root: Path, source: TemplateSource, store: TemplateStore) -> Fetched:
    """Fetch the templates of a source, and keep them if no version of them has changed.

    Raises:
        UsageError: Its commit is not chosen yet; the hint has that of its branch or tag.
        ConflictError: A version that was here before has another text now.
        RemoteUnavailableError: It cannot be reached, or gives no such commit or folder.
    """
    if source.git is None:
        raise ValueError("no git source")  # a bug in dagctl
    if source.commit is None:
        tip = store.tip(source.git, source.ref or "")
        message = f"{source.origin}: the source {source.name} has no commit"
        raise UsageError(message, hint=f'to use that of {source.ref}: commit = "{tip}"')
    files = store.files(source.git, source.commit, source.ref, source.folder)
    return keep(root, source.name, place_of(source), files, store)


def keep(
    root: Path,
    name: str,
    place: tuple[str, ...],
    files: Mapping[str, bytes],
    store: TemplateStore,
) -> Fetched:
    """Keep the templates of a source, if no version of them has changed.

    Args:
        root: The workspace.
        name: The source.
        place: What they were fetched from.
        files: Their texts, by the names of the files.
        store: Where they are kept.

    Raises:
        ConflictError: A version that was here before has another text now, or two files have one.
        UsageError: A file is not UTF-8.
    """
    before = kept_of(root, name)
    seen = dict(before.seen) if before else {}
    versions = _versions(name, files)
    for version, (file, digest) in versions.items():
        if seen.setdefault(version, digest) != digest:
            raise _changed(name, version, file)
    store.keep(name, KeptSource(place, _texts(name, files), seen).to_bytes())
    new = [version for version in versions if before is None or version not in before.seen]
    return Fetched(name, place, tuple(versions), tuple(new))


def _versions(source: str, files: Mapping[str, bytes]) -> dict[str, tuple[str, str]]:
    """Return file and digest of each version; a file that is no template is no version."""
    versions: dict[str, tuple[str, str]] = {}
    for file, content in sorted(files.items()):
        try:
            template = read_template(content, file)
        except SpecError:
            continue  # what is wrong with it is said where templates are listed
        version = f"{template.name}@{template.version}"
        if version in versions:
            message = f"{source} has {version} twice, in {versions[version][0]} and in {file}"
            raise ConflictError(message, hint="ask for a version of its own for one of them")
        versions[version] = (file, hashlib.sha256(content).hexdigest())
    return versions


def _changed(source: str, version: str, file: str) -> ConflictError:
    return ConflictError(
        f"{version} of {source} ({file}) has another text than it had here before: a version that "
        "specs may use never changes",
        hint="ask for a new version of it, and keep the commit that dagctl.toml had before",
    )


def _texts(source: str, files: Mapping[str, bytes]) -> dict[str, str]:
    try:
        return {name: content.decode() for name, content in sorted(files.items())}
    except UnicodeDecodeError as error:
        message = f"a template of {source} is not UTF-8 text"
        raise UsageError(message, hint="save it as UTF-8, and commit it there") from error
