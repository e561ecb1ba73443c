"""A workspace on a Supabase project, and what must be true of both after any failure."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from dagctl import Client
from dagctl.bootstrap.sign_in import auth_server, session_file
from dagctl.endpoint import Endpoint
from dagctl.operation.backend import Silence
from dagctl.paths import TEMPORARY
from dagctl.session.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dagctl.commands.create import CreateResult
    from dagctl.commands.recover import RecoverResult
    from dagctl.ports import DagRecord
    from tests.stand_in import StandIn

PROJECT = "123e4567-e89b-12d3-a456-426614174000"
ADA = "ada@example.com"
PASSWORD = "correct horse battery staple"

SPEC = """\
dag_name: {name}
tasks:
  - task_id: a
    task_type: bash
    bash_command: echo {word}
"""


class At(Silence):
    """Does something when a step begins."""

    def __init__(self, step: str, act: Callable[[], None]) -> None:
        self._step = step
        self._act = act

    def step(self, name: str, *, done: bool, detail: str = "") -> None:
        del detail
        if (name, done) == (self._step, False):
            self._act()


@dataclass
class Place:
    """A workspace at the top of a repository, linked to a project."""

    root: Path
    stand_in: StandIn

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint(self.stand_in.url, self.stand_in.publishable_key)

    def git(self, *arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=self.root, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def link(self) -> None:
        """Write the settings."""
        (self.root / "dagctl.toml").write_text(
            f'project_id = "{PROJECT}"\nbackend = "supabase"\n\n'
            f'[supabase]\nurl = "{self.endpoint.url}"\n'
            f'publishable_key = "{self.endpoint.publishable_key}"\n'
        )

    def sign_in(self, email: str = ADA, profile: str = "default") -> None:
        """Store a session, as `dagctl login` does."""
        server = auth_server(self.endpoint)
        tokens = server.sign_in(email, PASSWORD)
        server.close()
        session = Session.begin(self.endpoint.url, tokens, time.time())
        session_file(self.endpoint, profile).save(session)

    def spec(self, path: str, name: str = "Orders", word: str = "one") -> Path:
        """Write a spec and return its path."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(SPEC.format(name=name, word=word))
        return file

    def expire(self) -> None:
        """Let Ada's access token run out for the server."""
        ((user_id,),) = self.stand_in.sql("select id from auth.users where email = %s", ADA)
        self.stand_in.expire(str(user_id))

    def open(self, listener: Silence | None = None) -> Client:
        return Client.open(self.root, listener=listener)

    def create(self, *specs: Path, listener: Silence | None = None) -> CreateResult:
        with self.open(listener) as client:
            return client.create(list(specs))

    def recover(self) -> RecoverResult:
        with self.open() as client:
            return client.recover()

    def records(self) -> list[DagRecord]:
        with self.open() as client:
            return list(client.list())

    # --- The truth behind the server ---

    def rows(self) -> list[tuple[str, str, int, str, str, str]]:
        """Return what the table holds, hidden rows too."""
        columns = "dag_id, state, version, storage_path, content_digest, commit_id"
        rows = self.stand_in.sql(f"select {columns} from public.user_dags order by dag_id")
        return [tuple(row) for row in rows]

    def objects(self) -> dict[str, bytes | None]:
        """Return what the bucket holds."""
        rows = self.stand_in.sql("select name from storage.objects where bucket_id = 'dags'")
        return {key: self.stand_in.stored(key) for (key,) in rows}

    def held(self) -> int:
        """Return how many rows an operation holds."""
        statement = "select count(*) from public.user_dags where operation_id is not null"
        return int(self.stand_in.sql(statement)[0][0])

    def files(self) -> dict[str, bytes]:
        """Return the DAG files in the work tree."""
        return {f"dags/{file.name}": file.read_bytes() for file in (self.root / "dags").glob("*")}

    def versions(self) -> dict[str, int]:
        """Return the version of each DAG that readers see."""
        return {row[0]: row[2] for row in self.rows() if row[1] == "active"}

    def check_agreement(
        self, *, left: Literal["nothing", "half a file", "an entry"] = "nothing"
    ) -> None:
        """Check that file, commit, object and row agree, and that nothing else is left.

        Args:
            left: What may be left in the journal's folder.
        """
        rows = [row for row in self.rows() if row[1] != "removed"]  # of these all else is gone
        objects, files = self.objects(), self.files()
        assert [row[1] for row in rows] == ["active"] * len(rows)
        assert self.held() == 0
        assert sorted(objects) == sorted(row[3] for row in rows)
        assert sorted(files) == sorted(f"dags/{row[0]}.py" for row in rows)
        committed = self.git("ls-tree", "-r", "--name-only", "HEAD", "dags").split()
        assert committed == sorted(files)
        assert self.git("status", "--porcelain", "dags") == ""
        for dag_id, _, _, key, digest, commit_id in rows:
            content = files[f"dags/{dag_id}.py"]
            assert sha256(content).hexdigest() == digest
            assert objects[key] == content
            assert self.git("show", f"HEAD:dags/{dag_id}.py").encode() == content
            self.git("merge-base", "--is-ancestor", commit_id, "HEAD")
        journal = [file.name for file in (self.root / ".git/dagctl/top/journal").glob("*")]
        if left == "half a file":
            journal = [name for name in journal if not name.startswith(TEMPORARY)]
        assert left == "an entry" or journal == []
