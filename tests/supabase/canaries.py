"""Secrets that are planted in a session, and every place where one of them must not turn up."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dagctl.paths import TEMPORARY
from tests.supabase.place import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.supabase.place import Place

SESSIONS = "dagctl/sessions"
"""Where, below the user's state folder, the store keeps sessions: the one place for secrets."""


@dataclass
class Canaries:
    """What is secret about a user's session."""

    place: Place
    state: Path
    """The user's state folder."""
    others: tuple[Path, ...]
    """Further folders into which a run may write: the home, the one for temporary files."""
    planted: set[str] = field(default_factory=lambda: {PASSWORD})

    def plant(self, *secrets: str) -> None:
        """Remember these secrets, and those of the session that is stored now."""
        self.planted |= {one for one in secrets if one}
        for file in (self.state / SESSIONS).glob("*.json"):
            if file.name.startswith(TEMPORARY):  # half of a file, on a disk that takes no change
                continue
            session = json.loads(file.read_text())
            access, refresh = session["access_token"], session["refresh_token"]
            self.planted |= {access, refresh, access.rpartition(".")[2]} - {""}

    def check(self, *shown: str) -> None:
        """Check that nothing shown, written, committed, stored or recorded holds a secret."""
        self.plant()
        assert len(self.planted) > 1
        places = [("what was shown", "\n".join(shown).encode()), *self._written(), *self._remote()]
        assert [name for name, content in places if self._is_told(content)] == []

    def _is_told(self, content: bytes) -> bool:
        return any(secret.encode() in content for secret in self.planted)

    def _written(self) -> Iterator[tuple[str, bytes]]:
        sessions = self.state / SESSIONS
        for folder in (self.place.root, self.state, *self.others):
            for file in folder.rglob("*"):
                if not file.is_file() or file.is_symlink():
                    continue
                if file.parent == sessions:
                    assert file.stat().st_mode & 0o077 == 0, file
                else:
                    yield str(file), file.read_bytes()

    def _remote(self) -> Iterator[tuple[str, bytes]]:
        """Yield what git packs away, and what the project holds."""
        listed = ("git", "cat-file", "--batch-all-objects", "--batch")
        done = subprocess.run(listed, cwd=self.place.root, capture_output=True, check=True)
        yield "git", done.stdout
        for key, content in self.place.objects().items():
            yield key, content or b""
        for (row,) in self.place.stand_in.sql("select to_json(d)::text from public.user_dags d"):
            yield "a row", row.encode()
