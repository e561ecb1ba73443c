"""A user with a home folder, who clones what somebody else has made, and runs dagctl there.

An attack is a function that builds a repository, or leaves something in a folder, in an environment
or behind a server. `run_all` runs commands, and `Victim.check_nothing_outside` compares the whole
home folder with what it was: each file's bytes, each mode, each link. What may differ is `ALLOWED`.
"""

from __future__ import annotations

import os
import re
import stat
import subprocess
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from tests.attacks.commands import COMMANDS
from tests.cli.conftest import GOOD, PROJECT, Shell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from tests.cli.conftest import Done

CANARY = "AKIAIOSFODNN7CANARY"
"""A secret of the victim's that no output may show."""

CONFIG = f'project_id = "{PROJECT}"\n'

ALLOWED = re.compile(
    r"dags(/[a-z0-9_]+\.py)?"  # the DAG files, and their folder
    r"|\.git/dagctl(/.*)?"  # dagctl's own state
    r"|\.git/(objects|refs|logs)(/.*)?|\.git/index"  # a commit, made by git
    r"|\.dag\.schema\.json"  # the schema for editors, which `init` makes where it is missing
    r"|specs/(fresh|x)\.yaml|out\.zip"  # what `new`, `pull` and `export` are asked to write
    r"|converted(/.*)?|sql(/\d+_\w+\.sql)?"  # what `convert` and `migrations export` are asked to
)
"""Paths in the workspace that a command may change. Everything else, and all of the home folder
outside of the workspace, stays as it is."""

MAY_GO = re.compile(r"\.dagctl/.*|dags/\.dagctl-tmp-.*")
"""Paths in the workspace that a command may remove: old state that it takes over, and what has the
name of a file that was not written to its end."""


@dataclass(frozen=True)
class Attack:
    """What an attacker commits, what is left in the clone without git, where the victim works."""

    commit: Callable[[Path, Victim], None] | None = None
    leave: Callable[[Path, Victim], None] | None = None
    below: str = "."
    """The folder of the clone in which the commands are run."""
    environ: dict[str, str] = field(default_factory=dict)
    """Variables; `{clone}` and `{home}` are filled in."""


@dataclass
class Victim:
    """The home folder of a user who has a clone, other repositories, and secrets."""

    home: Path
    environ: dict[str, str]
    origin: Path
    """The attacker's repository, outside of the home folder."""

    @property
    def clone(self) -> Path:
        return self.home / "work" / "clone"

    def git(self, *arguments: str, cwd: Path | None = None) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=cwd or self.clone,
            env=self.environ,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return os.fsdecode(done.stdout).strip()

    def meets(self, attack: Attack) -> Shell:
        """Let the attacker commit, the victim clone; return the victim in the clone."""
        self.origin.mkdir()
        self.git("init", "-q", cwd=self.origin)
        write(self.origin / "dagctl.toml", CONFIG)
        write(self.origin / "specs/demo.yaml", GOOD.replace("Daily orders", "Demo"))
        write(self.origin / "README.md", "# Demo\n")
        if attack.commit is not None:
            attack.commit(self.origin, self)
        self.commit_all()
        self.git("clone", "-q", str(self.origin), str(self.clone), cwd=self.home)
        if attack.leave is not None:
            attack.leave(self.clone, self)
        places = {"clone": str(self.clone), "home": str(self.home)}
        extra = {name: text.format(**places) for name, text in attack.environ.items()}
        return Shell(self.clone / attack.below, {**self.environ, **extra})

    def commit_all(self) -> None:
        """Commit everything in the attacker's repository, whatever is ignored there."""
        self.git("add", "-f", "-A", cwd=self.origin)
        self.git("commit", "-q", "--allow-empty", "-m", "Add demo", cwd=self.origin)

    def everything(self) -> dict[str, str]:
        """Return what the home folder holds: kind, mode and content by path."""
        return {
            path.relative_to(self.home).as_posix(): described(path)
            for path in sorted(self.home.rglob("*"))
        }

    def check_nothing_outside(self, before: dict[str, str], *, work: str = ".") -> None:
        """Check that only what `ALLOWED` names has changed since `before`."""
        now = self.everything()
        changed = {path for path in {*before, *now} if before.get(path) != now.get(path)}
        top = (self.clone / work).relative_to(self.home).as_posix()
        allowed = {
            path
            for path in changed
            for root in {top, "work/clone"}
            if path.startswith(f"{root}/")
            and _is_allowed(path.removeprefix(f"{root}/"), is_gone=path not in now)
        }
        assert {path: (before.get(path), now.get(path)) for path in changed - allowed} == {}
        links = {path for path in allowed if (now.get(path) or "").startswith("link")}
        assert links <= {path for path in links if before.get(path) == now[path]}


def _is_allowed(path: str, *, is_gone: bool) -> bool:
    return bool(ALLOWED.fullmatch(path) or (is_gone and MAY_GO.fullmatch(path)))


def make_victim(folder: Path) -> Victim:
    """Return a user with a home in a folder."""
    home = folder / "home"
    home.mkdir()
    write(
        home / ".gitconfig",
        "[user]\n\tname = Ana Lima\n\temail = ana@example.com\n"
        '[init]\n\tdefaultBranch = main\n[protocol "file"]\n\tallow = always\n',
    )
    write(home / ".aws/credentials", f"[default]\naws_access_key_id: {CANARY}\n")
    write(home / ".ssh/authorized_keys", "ssh-ed25519 AAAA ana\n")
    write(home / "precious.txt", "precious\n")
    write(home / ".bashrc", "# ana\n")
    write(home / "empty/.keep", "")
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    victim = Victim(home, environ, folder / "origin")
    other = home / "projects/other"
    other.mkdir(parents=True)
    victim.git("init", "-q", cwd=other)
    write(other / "secret.py", "x = 1\n")
    victim.git("add", "-A", cwd=other)
    victim.git("commit", "-q", "-m", "Mine", cwd=other)
    return victim


def run_all(shell: Shell, names: Iterable[str] = COMMANDS) -> list[Done]:
    """Run the commands of these names; whatever they answer, it is no bug and no canary."""
    done = [
        shell.run(*arguments, stdin="secret\n") for name in names for arguments in COMMANDS[name]
    ]
    for one in done:
        assert one.code != 1, one.err
        assert CANARY not in one.out + one.err
    return done


def write(file: Path, text: str) -> Path:
    """Write a file and make its folders; return it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def script(file: Path, home: Path) -> Path:
    """Write a program that leaves a trace in the home folder."""
    write(file, f"#!/bin/sh\necho ran >> {home}/PWNED\n")
    file.chmod(0o755)
    return file


def described(path: Path) -> str:
    """Return what stands at a path, without following a link."""
    status = path.lstat()
    mode = oct(stat.S_IMODE(status.st_mode))
    if stat.S_ISLNK(status.st_mode):
        return f"link to {path.readlink()}"
    if stat.S_ISREG(status.st_mode):
        return f"file {mode} {sha256(path.read_bytes()).hexdigest()[:16]}"
    return f"folder {mode}" if stat.S_ISDIR(status.st_mode) else f"other {mode}"
