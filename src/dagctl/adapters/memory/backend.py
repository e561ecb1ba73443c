"""One twin of each port, together a world in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dagctl.adapters.memory.files import MemoryFiles
from dagctl.adapters.memory.journal import MemoryJournal
from dagctl.adapters.memory.repo import MemoryRepo
from dagctl.adapters.memory.store import MemoryStore

if TYPE_CHECKING:
    from dagctl.adapters.memory.registry import MemoryRegistry


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryBackend:
    """A workspace, its repository and its registry, without a disk."""

    registry: MemoryRegistry
    store: MemoryStore = field(default_factory=MemoryStore)
    files: MemoryFiles = field(default_factory=MemoryFiles)
    repo: MemoryRepo = field(default_factory=MemoryRepo)
    journal: MemoryJournal = field(default_factory=MemoryJournal)
