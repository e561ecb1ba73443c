"""One twin of each port, together a world in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.twins.files import MemoryFiles
from tests.twins.journal import MemoryJournal
from tests.twins.repo import MemoryRepo
from tests.twins.store import MemoryStore
from tests.twins.upstream import MemoryUpstream

if TYPE_CHECKING:
    from dagctl.ports import Cache
    from tests.twins.registry import MemoryRegistry


@dataclass(slots=True, kw_only=True)
class MemoryBackend:
    """A workspace, its repository and its registry, without a disk."""

    registry: MemoryRegistry
    is_cache: bool = True
    """Whether the registry is a cache of the files, as the embedded one is."""
    store: MemoryStore = field(default_factory=MemoryStore)
    files: MemoryFiles = field(default_factory=MemoryFiles)
    repo: MemoryRepo = field(default_factory=MemoryRepo)
    journal: MemoryJournal = field(default_factory=MemoryJournal)

    remotes: dict[str, MemoryUpstream] = field(default_factory=dict)

    def upstream(self, remote: str) -> MemoryUpstream:
        """Return a remote of the repository."""
        if remote not in self.remotes:
            self.remotes[remote] = MemoryUpstream(self.repo)
        return self.remotes[remote]

    @property
    def cache(self) -> Cache | None:
        """The registry, if it is a cache."""
        return self.registry if self.is_cache else None

    @property
    def author(self) -> str | None:
        """Who creates DAGs."""
        return self.registry.user_name
