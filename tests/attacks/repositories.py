"""Hostile repositories: what their attackers commit, or leave in an unpacked folder."""

from __future__ import annotations

import json
import shutil
import sqlite3
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from dagctl import durable
from dagctl.adapters.embedded.database_schema import open_database
from tests.attacks.hostile_files import (
    OPERATION,
    SPEC,
    certified,
    commits_of_another_repository,
    config_behind_a_link,
    defaults_behind_a_link,
    files_of_others,
    git_file_to_another_repository,
    git_link_to_another_repository,
    hostile_attributes,
    hostile_message,
    linked,
    programs,
    specs_behind_a_link,
    submodules,
    unpacked,
    written_by_commands,
)
from tests.attacks.victim import CONFIG, Attack, Victim, script, write
from tests.cli.conftest import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROW = "5f0c9c1e-5a56-5d0e-8c64-1c2f7a1d9a01"
TEXT = "import os\nos.system('evil')\n"


def entry_1(path: str, old: str | None, new: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    """Return a journal's entry of the first form that puts `old` back where `new` is."""
    item = {
        "wish": 0,
        "base_name": "demo",
        "source_path": "specs/demo.yaml",
        "storage_path": f"{PROJECT}/dags/demo.py",
        "airflow": "3",
        "spec": json.dumps(SPEC),
        "spec_digest": "d",
        "reservation": reservation(),
        "path": path,
        "old": None if old is None else {"text": old},
        "new": {"text": new},
        "old_object": "old",
    }
    wish = {
        "source": "specs/demo.yaml",
        "digest": "d",
        "base_name": "demo",
        "if_exists": None,
        "airflow": "3",
        "unchanged": None,
    }
    return {
        "format": 1,
        "operation_id": OPERATION,
        "project_id": PROJECT,
        "branch": "refs/heads/main",
        "phase": "publishing",
        "key": None,
        "backend": None,
        "wishes": [wish],
        "items": [item],
        **more,
    }


def entry_2(path: str, old: str | None, new: str) -> dict[str, Any]:
    """Return the same in the form that is written today."""
    change = {
        "source": "specs/demo.yaml",
        "spec_digest": "d",
        "base_name": "demo",
        "dag_id": "demo",
        "airflow": "3",
        "action": "update",
        "reservation": reservation(),
        "path": path,
        "storage_path": f"{PROJECT}/dags/demo.py",
        "spec": json.dumps(SPEC),
        "old": None if old is None else {"text": old},
        "new": {"text": new},
        "old_object": "old",
    }
    return {
        "format": 2,
        "operation_id": OPERATION,
        "project_id": PROJECT,
        "branch": "refs/heads/main",
        "phase": "publishing",
        "key": None,
        "backend": "local",
        "command": "c",
        "restore_id": str(uuid4()),
        "changes": [change],
    }


def reservation() -> dict[str, Any]:
    return {
        "row_id": ROW,
        "dag_id": "demo",
        "version": 2,
        "user_id": "ada",
        "created_at": "2024-01-15T10:30:00+00:00",
        "spec_digest": "d",
        "is_unchanged": False,
        "file_path": None,
        "commit_id": None,
    }


def journal(path: str, *, form: int, name: str = OPERATION) -> Callable[[Path, Victim], None]:
    """Return what writes a journal's entry about a file of the clone."""

    def act(root: Path, victim: Victim) -> None:
        new = predicted(root, victim, path)
        old = new + '[core]\n\tfsmonitor = "echo ran >> ~/PWNED"\n'
        data = (entry_1 if form == 1 else entry_2)(path, old, new)
        write(root / f".dagctl/journal/{name}.json", json.dumps(data))

    return act


def predicted(root: Path, victim: Victim, path: str) -> str:
    """Return what the victim's clone will hold at a path: the attacker tries it before."""
    victim.commit_all()
    trial = victim.origin.parent / "trial"
    victim.git("clone", "-q", str(victim.origin), str(trial), cwd=root)
    file = trial / path
    text = file.read_text() if file.is_file() else ""
    shutil.rmtree(trial)
    return text


def settings(text: str) -> Callable[[Path, Victim], None]:
    """Return what adds lines to `dagctl.toml`."""

    def act(root: Path, victim: Victim) -> None:
        filled = text.format(home=victim.home, clone=victim.clone)
        write(root / "dagctl.toml", CONFIG + filled + "\n")

    return act


def spec(name: str, text: str) -> Callable[[Path, Victim], None]:
    """Return what adds a spec."""

    def act(root: Path, victim: Victim) -> None:
        del victim
        write(root / "specs" / name, text)

    return act


def registry(file_path: str, storage_path: str = f"{PROJECT}/dags/demo.py") -> Any:  # noqa: ANN401 - as the others
    """Return what writes an old registry whose one row claims a file that the clone has."""

    def act(root: Path, victim: Victim) -> None:
        del victim
        file = root / file_path
        content = file.read_bytes() if file.is_file() and ".." not in file_path else b""
        digest = sha256(content).hexdigest() if content else ""
        database = root / ".dagctl/registry.db"
        database.parent.mkdir(exist_ok=True)
        row(database, file_path, storage_path, digest)
        write(root / f".dagctl/store/{PROJECT}/dags/demo.py", TEXT)

    return act


def row(database: Path, file_path: str, storage_path: str, digest: str) -> None:
    """Write a row as a registry has it, its columns asked of the table."""
    with durable.folder(database.parent, ()) as folder:
        connection = open_database(folder, database)
    known = {
        "id": ROW,
        "project_id": PROJECT,
        "user_id": ROW,
        "dag_id": "demo",
        "file_path": file_path,
        "storage_path": storage_path,
        "tags": "[]",
        "spec": json.dumps(SPEC),
        "task_count": 1,
        "is_active": 1,
        "version": 1,
        "airflow": "3",
        "created_at": "2024-01-15T10:30:00+00:00",
        "updated_at": "2024-01-15T10:30:00+00:00",
        "content_digest": digest,
        "source_path": "specs/demo.yaml",
        "schedule_interval": None,
    }
    columns = [name for _, name, *_ in connection.execute("PRAGMA table_info(user_dags)")]
    values = [known.get(name, "demo") for name in columns]
    marks = ", ".join("?" * len(columns))
    connection.execute(f"INSERT INTO user_dags VALUES ({marks})", values)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    for end in ("-wal", "-shm"):
        database.with_name(database.name + end).unlink(missing_ok=True)
    sqlite3.connect(database).close()


def both(*acts: Callable[[Path, Victim], None]) -> Callable[[Path, Victim], None]:
    """Return what does one after the other."""

    def act(root: Path, victim: Victim) -> None:
        for one in acts:
            one(root, victim)

    return act


def old_state(root: Path, victim: Victim) -> None:
    """Make an old state folder that nothing is wrong with."""
    registry("dags/demo.py")(root, victim)


def leftover_submodule(root: Path, victim: Victim) -> None:
    """Leave what a submodule leaves that a later commit removes: files that git does not track."""
    journal("README.md", form=2)(root, victim)
    registry("README.md")(root, victim)
    write(root / ".dagctl/.git", "gitdir: ../.git/modules/x\n")


def bare(work_tree: str) -> Callable[[Path, Victim], None]:
    """Return what commits a folder that git takes for a repository, with a config of its own."""

    def act(root: Path, victim: Victim) -> None:
        inner = root / "evil"
        program = f"{script(inner / 'x', victim.home)}"
        write(inner / "HEAD", "ref: refs/heads/main\n")
        write(inner / "refs/heads/.keep", "")
        write(inner / "objects/.keep", "")
        write(
            inner / "config",
            f"[core]\n\tbare = false\n\tworktree = {work_tree}\n\tfsmonitor = {program}\n"
            f"\thooksPath = .\n\tpager = {program}\n",
        )
        script(inner / "pre-commit", victim.home)
        write(inner / "dagctl.toml", CONFIG)
        shutil.copytree(root / "specs", inner / "specs")
        for form in (1, 2):
            data = (entry_1 if form == 1 else entry_2)("README.md", "evil\n", "# Demo\n")
            write(inner / f"dagctl/top/journal/{uuid4()}.json", json.dumps(data))

    return act


TO_PRECIOUS = "../../../precious.txt"
"""From a folder of the clone."""

REPOSITORIES: dict[str, Attack] = {
    **{
        f"journal (form {form}) about {path}": Attack(commit=journal(path, form=form))
        for form in (1, 2)
        for path in (".git/config", "README.md", "../../precious.txt", "dags/demo.py")
    },
    "journal with a path for a name": Attack(commit=journal("README.md", form=1, name="x")),
    "journal that is not tracked": Attack(leave=journal("README.md", form=2)),
    **{
        f"link .dagctl/{name}": Attack(commit=linked(f".dagctl/{name}", TO_PRECIOUS))
        for name in ("lock", "lock.holder", "registry.db", "registry.db-wal", ".gitignore")
    },
    **{
        f"link .dagctl/{name} out of the clone": Attack(
            commit=linked(f".dagctl/{name}", "../../../empty")
        )
        for name in ("journal", "store")
    },
    "link .dagctl": Attack(commit=linked(".dagctl", "../../empty")),
    "untracked link among old state": Attack(
        leave=both(old_state, linked(".dagctl/lock.holder", TO_PRECIOUS))
    ),
    "old state that is tracked": Attack(commit=old_state),
    "old state of a removed submodule": Attack(leave=leftover_submodule),
    **{
        f"old registry with a row about {path}": Attack(leave=registry(path))
        for path in ("README.md", "specs/demo.yaml", ".git/config", "../../precious.txt")
    },
    "old registry with another object": Attack(
        leave=registry("dags/demo.py", f"{PROJECT}/dags/../../../../../x.py")
    ),
    **{
        f"dags_folder {text}": Attack(commit=settings(f"dags_folder = '{text}'"))
        for text in (
            ".git/hooks",
            ".GIT/hooks",
            ".git /hooks",
            "git~1/hooks",
            "x/.git./y",
            ".g\u200cit/hooks",
            ".dagctl",
            "../x",
            "x/../../../x",
            "{home}/empty",
            "",
            ".",
        )
    },
    "dags_folder is a link": Attack(
        commit=both(settings("dags_folder = 'out'"), linked("out", "../../empty"))
    ),
    "dags_folder lies behind a link": Attack(
        commit=both(settings("dags_folder = 'out/in'"), linked("out", "../../empty"))
    ),
    "dags is a link": Attack(commit=linked("dags", "../../empty")),
    "dags is a link into the git folder": Attack(commit=linked("dags", ".git/hooks")),
    "the DAG file is a link": Attack(commit=linked("dags/demo.py", TO_PRECIOUS)),
    "the temporary file is a link": Attack(commit=linked("dags/.dagctl-tmp-demo.py", TO_PRECIOUS)),
    "dagctl.toml is a link": Attack(commit=config_behind_a_link),
    "settings of a stranger's project": Attack(
        commit=settings(
            "backend = 'supabase'\n[supabase]\nurl = 'http://127.0.0.1:9'\n"
            "publishable_key = 'sb_publishable_x'"
        )
    ),
    "lock_timeout without end": Attack(commit=settings("lock_timeout = 1e300")),
    **{
        f"spec with the id {dag_id!r}": Attack(
            commit=spec("x.yaml", f"dag_name: X\ndag_id: {json.dumps(dag_id)}\ntasks: []\n")
        )
        for dag_id in ("../x", ".git/config", "x/../../y", "/etc/x", "x\n", "..", ".git")
    },
    "spec is a link to a secret": Attack(
        commit=linked("specs/x.yaml", "../../../.aws/credentials")
    ),
    "specs is a link to secrets": Attack(commit=specs_behind_a_link),
    ".git file of another repository": Attack(leave=git_file_to_another_repository, below="inner"),
    ".git link to another repository": Attack(leave=git_link_to_another_repository, below="inner"),
    "folder that looks like a repository": Attack(commit=bare("."), below="evil"),
    "folder that looks like a repository around this one": Attack(commit=bare(".."), below="evil"),
    **{
        f"programs and PATH={path}": Attack(commit=programs, environ={"PATH": path})
        for path in (
            ".:/usr/bin:/bin",
            ":/usr/bin:/bin",
            "bin:/usr/bin:/bin",
            "/usr/bin:/bin:./bin",
        )
    },
    **{
        f"DAG file that names the spec {source!r}": Attack(commit=certified(source))
        for source in (
            "out/x.yaml",
            "../../x.yaml",
            ".git/x.yaml",
            "/x.yaml",
            "\ud800.yaml",
            "a\nb.yml",
        )
    },
    "DAG file by an author who is no text": Attack(commit=certified("x.yaml", "\ud800 <\x1b>")),
    "messages, names and times of commits": Attack(commit=hostile_message),
    "defaults and templates are links to secrets": Attack(commit=defaults_behind_a_link),
    "specs that read files of others": Attack(commit=files_of_others),
    "links where commands write": Attack(commit=written_by_commands),
    "folders are submodules": Attack(commit=submodules),
    "unpacked git folder": Attack(leave=unpacked),
    "link .git/logs/HEAD": Attack(leave=linked(".git/logs/HEAD", "../../../../.bashrc")),
    "commondir of another repository": Attack(leave=commits_of_another_repository),
    "attributes and modules": Attack(commit=hostile_attributes),
    "git's variables": Attack(
        commit=programs,
        environ={
            "GIT_PYTHON_GIT_EXECUTABLE": "{clone}/git",
            "GIT_EXEC_PATH": "{clone}",
            "GIT_TRACE": "{home}/trace",
            "GIT_TRACE2_EVENT": "{home}/trace2",
            "GIT_DIR": "{home}/projects/other/.git",
            "GIT_WORK_TREE": "{home}/projects/other",
            "GIT_INDEX_FILE": "{home}/index",
            "GIT_SSH": "{clone}/ssh",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "core.fsmonitor",
            "GIT_CONFIG_VALUE_0": "{clone}/git",
        },
    ),
}
"""Each attack by what it is."""
