"""Templates of other places, as the use cases ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


class TemplateStore(Protocol):
    """Fetches templates, and keeps them in the state folder of the workspace.

    What is kept is read without this port, by `commands/kept_templates.py`: reading asks no git.
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
