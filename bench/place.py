"""Where things are measured: a scratch folder, workspaces and specs in it, a quiet environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SCRATCH = ROOT / ".bench"
PYTHON = Path(sys.executable)
DAGCTL = PYTHON.with_name("dagctl")

_PYTHON_TASK = """\
  - task_id: {name}
    task_type: python
    python_code: |
      rows = [{{"n": n, "square": n * n}} for n in range({number})]
      print(f"{name}: {{len(rows)}} rows")
      return {{"rows": len(rows), "dag": {number}}}
    dependencies: [{before}]
"""
_BASH_TASK = """\
  - task_id: {name}
    task_type: bash
    bash_command: echo "{name} of {number} on {{{{ ds }}}}"
    dependencies: [{before}]
"""


def environment() -> dict[str, str]:
    """Return the variables for a child: a git identity, and nothing that tunes Python or git."""
    home = SCRATCH / "home"
    home.mkdir(exist_ok=True)
    (home / ".gitconfig").write_text("[user]\nname = Bench\nemail = bench@example.com\n")
    kept = ("PATH", "LANG", "LC_ALL", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"HOME": str(home)}


def repository(name: str) -> Path:
    """Return a new folder with a git repository in it."""
    folder = SCRATCH / name
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    return folder


def workspace(name: str) -> Path:
    """Return a new workspace in a repository of its own."""
    folder = repository(name)
    dagctl(folder, "init")
    return folder


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder."""
    subprocess.run(["git", *arguments], cwd=folder, env=environment(), check=True)


def dagctl(folder: Path, *arguments: str) -> None:
    """Run dagctl in a folder, quietly."""
    subprocess.run(
        [DAGCTL, "--quiet", *arguments],
        cwd=folder,
        env=environment(),
        check=True,
        stdout=subprocess.DEVNULL,
    )


def spec(number: int, tasks: int = 10) -> str:
    """Return a spec in YAML, another for each number: a chain of Python and shell tasks."""
    names = [f"task_{n}" for n in range(tasks)]
    parts = [
        (_BASH_TASK if n % 2 else _PYTHON_TASK).format(
            name=name, number=number, before=names[n - 1] if n else ""
        )
        for n, name in enumerate(names)
    ]
    head = f'dag_name: Bench {number:05}\nschedule_interval: "@daily"\ntags: [bench]\ntasks:\n'
    return head + "".join(parts)


def write_specs(folder: Path, count: int) -> None:
    """Write specs `0` to `count - 1` into a folder."""
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"bench_{number:05}.yaml").write_text(spec(number), "utf-8")
