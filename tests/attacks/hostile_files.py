"""What attackers commit besides state of dagctl's own: DAG files, messages, links, submodules."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dagctl.codegen.render import render
from dagctl.dag_file.header import Provenance
from dagctl.spec.model import DagSpec
from tests.attacks.victim import CANARY, CONFIG, Victim, script, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OPERATION = "0b9ad3a3-3a0e-4f5c-9d0e-7f1a2b3c4d5e"
SPEC: dict[str, Any] = {
    "dag_name": "Demo",
    "description": "",
    "schedule_interval": None,
    "owner": "o",
    "tags": [],
    "tasks": [{"task_id": "a", "task_type": "bash", "bash_command": "true"}],
}
AT = datetime(2024, 1, 15, 10, 30, tzinfo=UTC)


def linked(name: str, target: str) -> Callable[[Path, Victim], None]:
    """Return what makes a link, with a `.dagctl` around it that looks like an old state folder."""

    def act(root: Path, victim: Victim) -> None:
        del victim
        link = root / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(target)

    return act


def certified(source: str, by: str = "Eve <eve@example.com>") -> Callable[[Path, Victim], None]:
    """Return what commits a DAG file as dagctl writes it, that says this of its spec and author."""

    def act(root: Path, victim: Victim) -> None:
        del victim
        known = Provenance(created_by=by, created_at=AT, source=source, version=3)
        dag = render(DagSpec.from_data(SPEC | {"dag_name": "Other"}), airflow="3", provenance=known)
        write(root / "dags/other.py", dag)
        (root / "out").symlink_to("../../empty")

    return act


def hostile_message(root: Path, victim: Victim) -> None:
    """Commit with messages, names and times that part the fields of git's answers."""
    write(root / f"dags/a\x1e{'0' * 40}\x1fdags/demo.py", "")
    victim.commit_all()
    tip = victim.git("rev-parse", "HEAD", cwd=root)
    for text in ("Dagctl-Op: a\x1fb\x1fc", f"Dagctl-Op: {OPERATION}\nDagctl-Undo: {OPERATION}"):
        who = b"\xff\x1b[2J <\xfe> 99999999999999 +9999"
        tree = victim.git("rev-parse", f"{tip}^{{tree}}", cwd=root)
        head = f"tree {tree}\nparent {tip}\n".encode()
        commit = head + b"author " + who + b"\ncommitter " + who + f"\n\nx\n\n{text}\n".encode()
        command = ("git", "hash-object", "-t", "commit", "-w", "--literally", "--stdin")
        made = subprocess.run(
            command, cwd=root, env=victim.environ, input=commit, capture_output=True, check=True
        )
        tip = made.stdout.decode().strip()
    victim.git("update-ref", "HEAD", tip, cwd=root)


def defaults_behind_a_link(root: Path, victim: Victim) -> None:
    """Commit files with defaults, and templates, that are links to secrets of the victim's."""
    write(victim.home / ".aws/keys.yaml", f"owner: {CANARY}\n")
    for name in ("defaults.yaml", "specs/defaults.yaml", "templates/t.yaml"):
        linked(name, "../" * name.count("/") + "../../.aws/keys.yaml")(root, victim)
    linked("templates/folder", "../../../.aws")(root, victim)
    write(root / "specs/use.yaml", "use: t\nwith: {}\n")
    write(root / "specs/use2.yaml", "use: ../../../.aws/keys\nwith: {}\n")


def files_of_others(root: Path, victim: Victim) -> None:
    """Commit specs that take their texts from files outside of the repository."""
    linked("specs/own.txt", "../../../.aws/credentials")(root, victim)
    for number, path in enumerate(("../../../.aws/credentials", "own.txt", "/etc/passwd")):
        task = f"{{task_id: a, task_type: bash, bash_command: {{$file: {path}}}}}"
        write(root / f"specs/f{number}.yaml", f"dag_name: F {number}\ntasks: [{task}]\n")


def written_by_commands(root: Path, victim: Victim) -> None:
    """Commit links under the names that commands write: a new spec, an archive, a conversion."""
    for name in ("specs/fresh.yaml", "fresh.yaml", "demo.zip", "out.zip", ".demo.zip.new"):
        linked(name, "../" * name.count("/") + "../../precious.txt")(root, victim)
    linked("converted", "../../empty")(root, victim)
    write(root / "old/dag.py", "from airflow import DAG\nwith DAG('x'):\n    pass\n")


def submodules(root: Path, victim: Victim) -> None:
    """Commit folders that are commits of other repositories."""
    for name in ("dags", "templates"):
        (root / name).mkdir()
        entry = f"160000,{'1' * 40},{name}"
        victim.git("update-index", "--add", "--cacheinfo", entry, cwd=root)
    write(
        root / ".gitmodules",
        "".join(
            f'[submodule "{name}"]\n\tpath = {name}\n\turl = ext::sh\n\tupdate = !touch x\n'
            for name in ("dags", "../../x")
        ),
    )
    victim.git("commit", "-q", "-m", "Add", cwd=root)


def unpacked(root: Path, victim: Victim) -> None:
    """Leave what only an unpacked git folder has: alternates, grafts, replacements."""
    head = victim.git("rev-parse", "HEAD")
    write(root / ".git/objects/info/alternates", f"{victim.home}/projects/other/.git/objects\n")
    write(root / ".git/info/grafts", f"{head} {'1' * 40}\n")
    write(root / f".git/refs/replace/{head}", f"{'2' * 40}\n")
    write(root / ".git/shallow", f"{head}\n")


def commits_of_another_repository(root: Path, victim: Victim) -> None:
    """Leave a git folder whose commits are those of another repository of the victim's."""
    write(root / ".git/commondir", f"{victim.home}/projects/other/.git\n")


def config_behind_a_link(root: Path, victim: Victim) -> None:
    """Commit settings that are a link, inside of the repository."""
    del victim
    (root / "dagctl.toml").rename(root / "other.toml")
    (root / "dagctl.toml").symlink_to("other.toml")


def specs_behind_a_link(root: Path, victim: Victim) -> None:
    """Commit a folder of specs that is a link to a folder of secrets."""
    write(victim.home / ".aws/keys.yaml", f"aws_access_key_id: {CANARY}\n")
    shutil.rmtree(root / "specs")
    (root / "specs").symlink_to("../../.aws")


def hostile_attributes(root: Path, victim: Victim) -> None:
    """Commit attributes, modules and a configuration file that git must not take for its own."""
    write(root / ".gitattributes", "* filter=evil diff=evil merge=evil text=auto\n")
    write(root / ".gitmodules", '[submodule "x"]\n\tpath = x\n\turl = ext::sh -c "echo ran"\n')
    write(root / ".gitconfig", f"[core]\n\tfsmonitor = {script(root / 'x', victim.home)}\n")


def programs(root: Path, victim: Victim) -> None:
    """Commit programs that have the names of those which dagctl and git look for."""
    for name in ("git", "env", "gpg", "sh", "git-lfs", "git-rev-parse", "python3", "ssh"):
        script(root / name, victim.home)
        script(root / "bin" / name, victim.home)


def git_file_to_another_repository(root: Path, victim: Victim) -> None:
    """Leave a folder whose `.git` file leads to another repository of the victim's."""
    write(root / "inner/.git", f"gitdir: {victim.home}/projects/other/.git\n")
    write(root / "inner/dagctl.toml", CONFIG)
    shutil.copytree(root / "specs", root / "inner/specs")


def git_link_to_another_repository(root: Path, victim: Victim) -> None:
    """Leave a folder whose `.git` link leads to another repository of the victim's."""
    write(root / "inner/dagctl.toml", CONFIG)
    shutil.copytree(root / "specs", root / "inner/specs")
    (root / "inner/.git").symlink_to(victim.home / "projects/other/.git")
