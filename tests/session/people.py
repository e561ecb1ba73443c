"""Ada, who has a workspace in front of a Supabase project, and what she can see of her session."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Done, Shell
    from tests.stand_in import StandIn

PROJECT = "123e4567-e89b-12d3-a456-426614174000"
ADA = "ada@example.com"
PASSWORD = "correct horse battery staple"  # what is planted, and never printed
REFRESH = "/auth/v1/token"


@dataclass
class Ada:
    """A user at a shell, and the server that she signs in to."""

    shell: Shell
    server: StandIn
    user_id: str

    @property
    def sessions(self) -> Path:
        return self.shell.folder.parent / "home/.local/state/dagctl/sessions"

    @property
    def file(self) -> Path:
        (found,) = self.sessions.glob("*.json")
        return found

    @property
    def stored(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.file.read_text())
        return found

    def ci(self, **variables: str) -> dict[str, str]:
        """Return an environment that names the server beside the secrets that go there."""
        return {"DAGCTL_SUPABASE_URL": self.server.url, **variables}

    def change(self, **fields: object) -> None:
        """Change what the file says, behind dagctl's back."""
        self.file.write_text(json.dumps(self.stored | fields))

    def expire(self) -> None:
        """Let the access token run out, for the server and by the file."""
        self.server.expire(self.user_id)
        self.change(expires_at=0)

    def login(self, *options: str) -> Done:
        given = ("--email", ADA, "--password-stdin", *options)
        done = self.shell.run("login", *given, stdin=f"{PASSWORD}\n")
        assert done.code == 0, done.err
        return done

    def secrets(self) -> list[str]:
        """Return everything that must not be seen."""
        stored = self.stored
        return [
            PASSWORD,
            *(stored[key] for key in ("access_token", "refresh_token") if stored[key]),
        ]
