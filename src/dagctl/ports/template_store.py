"""Templates of other places, as the use cases ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class TemplateStore(Protocol):
    """Fetches templates, and keeps them in the state folder of the workspace.

    What is kept is read without this port: `commands/templates/kept_sources.py` asks no git.
    """

    def tip(self, address: str, ref: str) -> str:
        """Return the id of the commit that a branch or tag of a repository stands at.

        Raises:
            RemoteUnavailableError: It cannot be reached, or has no such branch or tag.
        """

    def files(self, address: str, commit: str, ref: str | None, folder: str) -> Mapping[str, bytes]:
        """Return the YAML files of a folder of a commit, by their names.

        Args:
            address: The repository.
            commit: The whole id of the commit.
            ref: A branch or tag that the commit is of, for servers that give no bare commit.
            folder: The folder; empty: the top. Folders in it are left out.

        Raises:
            RemoteUnavailableError: It cannot be reached, is too large, or does not have the commit.
        """

    def keep(self, name: str, content: bytes) -> None:
        """Keep what was fetched of a source, in place of what was kept of it before.

        Raises:
            UnavailableError: It cannot be written.
        """


class SharedTemplate(NamedTuple):
    """A version of a template that a project shares."""

    name: str
    version: int
    text: str


class SharedTemplates(Protocol):
    """The templates of a project, for all its members. A version never changes."""

    def all(self) -> Sequence[SharedTemplate]:
        """Return them, sorted by name and version; none for one who is no member.

        Raises:
            UnavailableError: The answer is not that of dagctl's functions.
        """

    def share(self, template: SharedTemplate) -> bool:
        """Share a version; return whether it was not shared before.

        Raises:
            ConflictError: It is shared with another text.
            NotAMemberError: The user is not an owner or editor of the project.
        """

    def unshare(self, name: str, version: int) -> bool:
        """Take a version back; return whether it was shared.

        Raises:
            NotAMemberError: The user is not an owner or editor of the project.
        """
