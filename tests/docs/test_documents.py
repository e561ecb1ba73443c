"""What the documents show is what happens: every block of README and docs is run.

In a Markdown file, in order:

* a `yaml`, `json` or `toml` block whose first line is a comment with a file name (`# etl.yaml`) is
  written to that file (JSON has no comments: there the line above the block is `<!-- file: etl.json
  -->`);
* a `console` block is typed into a shell line by line: `$ ` starts a command, what follows is its
  output, where `...` stands for any text;
* a `python` block is run by Python;
* a `sql` block is run in the database of the page's Supabase project.

`<!-- not run: reason -->` above a block leaves it out. `<!-- in a terminal of its own -->` is for a
command that goes on: it has printed what is shown before the page continues, and it is interrupted
(Ctrl-C), and has to end well, before the next such command or at the end of the page. `<!-- shown
as in a terminal -->` in a page's first lines runs its commands in a terminal instead of in a pipe.
`<!-- port: 8080 -->` there lets that number stand for a free port.

Each document starts in an empty folder with a git identity, and, where it says `<!-- with: an empty
Supabase project -->` (or `a`: with dagctl's migrations), with a project whose variables
`conftest.py` names.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from contextlib import chdir, closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path
from unittest.mock import patch

import pexpect
import psycopg
import pyte
import pytest

from dagctl.cli.app import run as dagctl

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
FILE_NAME = re.compile(r"^# ([\w./-]+\.(?:yaml|yml|toml|py))$")
PYTHON_FILE = re.compile(r"# \S+\.py\n")
"""Begins a file of Python; other Python in the documents is run."""
FILE_MARK = re.compile(r"<!-- file: (\S+) -->\s*\Z")
NOT_RUN = re.compile(r"<!-- not run: [^>]+ -->\s*\Z")
GOES_ON = re.compile(r"<!-- in a terminal of its own -->\s*\Z")
ON_SCREEN = "<!-- shown as in a terminal -->"
PLAIN = re.compile(r"dagctl(?: (?:[\w./:=,@%+-]+|'[^']*'))*")
"""A command of dagctl in which a shell would expand nothing."""
ROWS, COLUMNS = 300, 300
"""Of that terminal; dagctl itself takes 80 columns from the environment."""
PORT = re.compile(r"^<!-- port: (\d+) -->$", re.MULTILINE)
SECONDS = 120


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the text above it."""

    language: str
    text: str
    above: str
    line: int

    @property
    def goes_on(self) -> bool:
        return GOES_ON.search(self.above) is not None


def blocks(text: str) -> list[Block]:
    return [
        Block(
            match["language"],
            match["text"],
            text[: match.start()],
            text.count("\n", 0, match.start()) + 1,
        )
        for match in BLOCK.finditer(text)
        if not NOT_RUN.search(text[: match.start()])
    ]


def with_free_port(text: str) -> str:
    wanted = PORT.search(text)
    if wanted is None:
        return text
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return text.replace(wanted[1], str(port))


def steps(text: str) -> list[tuple[str, str]]:
    """Split a console block into commands and the outputs that are shown for them."""
    found: list[tuple[str, str]] = []
    for chunk in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        lines = chunk.split("\n")
        command = [lines.pop(0)]
        while command[-1].endswith("\\"):
            command.append(lines.pop(0).removeprefix("> "))
        found.append(("\n".join(command), "\n".join(lines).strip("\n")))
    return found


def matches(shown: str, printed: str) -> bool:
    return re.fullmatch(pattern(shown), printed, re.DOTALL) is not None


def pattern(shown: str) -> str:
    return ".*".join(re.escape(part) for part in re.split(r"\.\.\.", shown))


def environment(home: Path, variables: dict[str, str]) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT_", "DAGCTL_"))
    }
    found = kept | variables
    return found | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{found['PATH']}",
        "HOME": str(home),
        "NO_COLOR": "1",
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "80",
        "PYTHONUNBUFFERED": "1",  # both streams in one pipe, in the order of a terminal
    }


@dataclass
class Terminal:
    """Where the command that goes on runs."""

    folder: Path
    env: dict[str, str]
    _child: pexpect.spawn[str] | None = None

    def start(self, block: Block) -> None:
        """Run a command until it has printed what is shown; the one before it ends."""
        self.interrupt()
        ((command, shown),) = steps(block.text)
        env = {**self.env, "COLUMNS": "200"}
        self._child = pexpect.spawn(
            "bash", ["-c", command], cwd=self.folder, env=env, encoding="utf-8", timeout=SECONDS
        )
        self._child.expect(pattern(shown.replace("\n", "\r\n")) + "\r\n")

    def interrupt(self) -> None:
        """End the command as Ctrl-C does."""
        if self._child is not None:
            self._child.sendintr()
            self._child.expect(pexpect.EOF)
            self._child.close()
            assert self._child.exitstatus == 0, self._child.before
            self._child = None

    def close(self) -> None:
        """Leave nothing behind, whatever happened."""
        if self._child is not None:
            self._child.close(force=True)


def run(block: Block, folder: Path, env: dict[str, str], *, on_screen: bool) -> None:
    if block.language in {"yaml", "json", "toml"} or PYTHON_FILE.match(block.text):
        write(block, folder)
    elif block.language == "python":
        subprocess.run(
            [sys.executable, "-c", block.text], cwd=folder, env=env, check=True, timeout=SECONDS
        )
    elif block.language == "sql":
        with psycopg.connect(env["DATABASE_URL"], autocommit=True) as connection:
            connection.execute(block.text.encode())
    elif block.language == "console":
        for command, shown in steps(block.text):
            printed = (seen if on_screen else piped)(command, folder, env)
            assert matches(shown, printed), (
                f"line {block.line}: $ {command}\n--- shown\n{shown}\n--- printed\n{printed}"
            )


def write(block: Block, folder: Path) -> None:
    named = FILE_NAME.match(block.text.split("\n", 1)[0]) or FILE_MARK.search(block.above)
    if named:
        target = folder / named[1]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(block.text, "utf-8")


def seen(command: str, folder: Path, env: dict[str, str]) -> str:
    """Return what stands on the screen of a terminal when a command has ended."""
    child = pexpect.spawn(
        "bash",
        ["-c", command],
        cwd=folder,
        env={**env, "TERM": "xterm-256color"},
        dimensions=(ROWS, COLUMNS),
        encoding="utf-8",
        timeout=SECONDS,
    )
    child.expect(pexpect.EOF)
    child.close()
    screen = pyte.Screen(COLUMNS, ROWS)
    pyte.Stream(screen).feed(child.before or "")
    return "\n".join(line.rstrip() for line in screen.display).strip("\n")


def piped(command: str, folder: Path, env: dict[str, str]) -> str:
    """Return what a command writes into a pipe."""
    if PLAIN.fullmatch(command):
        return trimmed(in_this_process(shlex.split(command)[1:], folder, env))
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return trimmed(done.stdout)


def trimmed(printed: str) -> str:
    return "\n".join(text.rstrip() for text in printed.strip("\n").split("\n"))


def in_this_process(arguments: list[str], folder: Path, env: dict[str, str]) -> str:
    """Return what dagctl prints: a process of its own takes five times as long."""
    output = TextIOWrapper(BytesIO(), "utf-8", write_through=True)
    with (
        chdir(folder),
        patch.dict(os.environ, env, clear=True),
        patch.object(sys, "stdin", TextIOWrapper(BytesIO())),
        redirect_stdout(output),
        redirect_stderr(output),
    ):
        dagctl(arguments)
    raw = output.buffer
    assert isinstance(raw, BytesIO)
    return raw.getvalue().decode()


def runnable(document: Path) -> bool:
    return any(
        block.language in {"console", "python", "sql"}
        for block in blocks(document.read_text("utf-8"))
    )


@pytest.mark.parametrize(
    "document", [d for d in DOCUMENTS if runnable(d)], ids=lambda d: str(d.relative_to(ROOT))
)
def test_a_document_shows_what_happens(
    document: Path, tmp_path_factory: pytest.TempPathFactory, variables: dict[str, str]
) -> None:
    text = with_free_port(document.read_text("utf-8"))
    if "$ curl " in text and shutil.which("curl") is None:
        pytest.skip("there is no curl")
    base = tmp_path_factory.mktemp("d")  # a short path: a longer one is folded on the screen
    home = base / "home"
    folder = base / "project"
    home.mkdir()
    folder.mkdir()
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Ana Lima\n\temail = ana@example.com\n[init]\n\tdefaultBranch = main\n"
    )
    env = environment(home, variables)
    with closing(Terminal(folder, env)) as terminal:
        for block in blocks(text):
            if block.goes_on:
                terminal.start(block)
            else:
                run(block, folder, env, on_screen=ON_SCREEN in text[:500])
        terminal.interrupt()


def test_every_link_between_documents_leads_somewhere() -> None:
    dead = [
        f"{document.relative_to(ROOT)}: {target}"
        for document in [*DOCUMENTS, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", document.read_text("utf-8"))
        if "://" not in target and not (document.parent / target).exists()
    ]
    assert dead == []
