"""Many specs, checked by copies of the process: all is as if one process did it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 120
SPEC = """\
dag_name: Dag {number}
tasks:
  - task_id: work
    {task}
"""
DAGCTL = """
import sys
from dagctl.commands.specs import forked
count = int(sys.argv.pop(1))
forked.processors = lambda: count
from dagctl.__main__ import main
main()
"""
ANSWERS = """
import os, signal, sys
from dagctl.commands.specs import forked
from dagctl.commands.files.read_specs import SpecText
from dagctl.errors import Diagnostic, Severity, Source

forked.processors = lambda: 3
documents = [SpecText(str(number), b"") for number in range(200)]
shared = Source("defaults.yaml", "a" * 100_000)
parent = os.getpid()
processes = set()

def check(document):
    number = int(document.origin)
    {act}
    return None, [Diagnostic(code="DAG100", message=document.origin, severity=Severity.WARNING,
                             file="defaults.yaml", source=shared)]

verdicts, _ = forked.verdicts(documents, check, shared=True)
assert [findings[0].message for _, findings in verdicts] == [each.origin for each in documents]
assert {{spec for spec, _ in verdicts}} == {{None}}
sources = {{id(findings[0].source): findings[0].source for _, findings in verdicts}}
assert {{each.text for each in sources.values()}} == {{shared.text}}
print(len(sources), *sorted(processes))
try:
    os.waitpid(-1, 0)
except ChildProcessError:
    print("no copy is left")
"""


def run(script: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script of Python in a folder."""
    environ = {**os.environ, "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    for role in ("AUTHOR", "COMMITTER"):
        environ |= {f"GIT_{role}_NAME": "Ada", f"GIT_{role}_EMAIL": "ada@example.com"}
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a workspace with many specs."""
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    assert run(DAGCTL, "1", "init", folder=tmp_path).returncode == 0
    (tmp_path / "specs").mkdir()
    for number in range(COUNT):
        text = SPEC.format(number=number, task=f"bash_command: echo {number}")
        (tmp_path / "specs" / f"{number:03}.yaml").write_text(text)
    return tmp_path


def test_what_is_said_is_what_one_process_says(folder: Path) -> None:
    wrong = SPEC.format(number=7, task="python_code: return nowhere")
    (folder / "specs" / "007.yaml").write_text(wrong)
    (folder / "specs" / "077.yaml").write_text("dag_name: [")
    (folder / "specs" / "088.yaml").write_text(SPEC.format(number=8, task="bash_command: ''"))
    (folder / "specs" / "defaults.yaml").write_text("owner: data\nretries: many\n")
    said = [run(DAGCTL, count, "validate", "specs", "-o", "json", folder=folder) for count in "13"]
    assert said[0].stdout == said[1].stdout
    assert said[0].returncode == said[1].returncode == 3
    files = {each["file"] for each in json.loads(said[1].stdout)["diagnostics"]}
    assert files >= {f"specs/{name}.yaml" for name in ("077", "defaults")}


def test_files_of_copies_are_those_of_one_process(folder: Path) -> None:
    made = run(DAGCTL, "2", "create", "specs", "-o", "json", folder=folder)
    assert made.returncode == 0, made.stderr
    assert len(list((folder / "dags").iterdir())) == COUNT
    again = run(DAGCTL, "1", "create", "--dry-run", "--exit-code", "specs", folder=folder)
    assert again.returncode == 0, again.stdout


def test_copies_share_the_work_and_none_is_left(tmp_path: Path) -> None:
    act = "processes.add(int(os.getpid() == parent))"
    done = run(ANSWERS.format(act=act), folder=tmp_path)
    # the first is checked here; each copy sends the text that its findings share once
    assert done.stdout.splitlines() == ["4 1", "no copy is left"], done.stderr
    act = "assert os.getpid() != parent or number == 0"
    assert run(ANSWERS.format(act=act), folder=tmp_path).returncode == 0


@pytest.mark.parametrize(
    "act",
    [
        "if number == 50 and os.getpid() != parent: os.kill(os.getpid(), signal.SIGKILL)",
        "if number == 50 and os.getpid() != parent: raise KeyError",
    ],
)
def test_what_a_copy_gives_no_answer_to_is_checked_here(tmp_path: Path, act: str) -> None:
    done = run(ANSWERS.format(act=act), folder=tmp_path)
    assert done.stdout.splitlines()[1:] == ["no copy is left"], done.stderr


def test_what_is_raised_here_ends_all_copies(tmp_path: Path) -> None:
    act = "if number == 50: raise KeyboardInterrupt"
    script = ANSWERS.format(act=act).replace("verdicts, _ =", "try: verdicts, _ =", 1)
    script = script.replace(
        "shared=True)\n",
        "shared=True)\nexcept KeyboardInterrupt:\n    print('interrupted')\n"
        "    try: os.waitpid(-1, 0)\n    except ChildProcessError: print('no copy is left')\n"
        "    sys.exit()\n",
        1,
    )
    done = run(script, folder=tmp_path)
    assert done.stdout.splitlines() == ["interrupted", "no copy is left"], done.stderr


def test_a_process_whose_children_the_system_takes_away_is_not_copied(tmp_path: Path) -> None:
    """Its parent may have said so (`trap '' CHLD`): then no copy could be waited for."""
    for number in range(COUNT):
        text = SPEC.format(number=number, task="bash_command: echo")
        (tmp_path / f"{number}.yaml").write_text(text)
    code = "import signal; signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
    code += "from dagctl.__main__ import main; main()"
    command = [sys.executable, "-c", code, "validate", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, f"{COUNT} specs valid\n")
