"""The user's editor, and the file in which a text lies while it is edited."""

from __future__ import annotations

import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dagctl.cli.terminal.console import is_terminal
from dagctl.cli.terminal.prompt import is_at_terminal
from dagctl.errors import DagctlError, InterruptedRunError, UsageError
from dagctl.frozen import mutable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import FrameType

    from dagctl.cli.terminal.console import Console

VARIABLES = ("VISUAL", "EDITOR")
"""Where the user says which editor it is; the first that says something counts, as for git."""
PATIENCE = 5
"""Seconds that an editor has to save its text after SIGTERM."""


def editor_of(console: Console, *, otherwise: str) -> list[str]:
    """Return the user's editor and its arguments.

    Args:
        console: The streams and the environment of the run.
        otherwise: What leads to the same without an editor.

    Raises:
        UsageError: There is no terminal, or no editor.
    """
    if not is_at_terminal(console):
        raise UsageError("this opens an editor, and there is no terminal", hint=otherwise)
    name, text = _said(console.environ)
    if name is None:
        raise UsageError(
            "no editor is set: VISUAL and EDITOR are empty",
            hint=f"export EDITOR=nano; or {otherwise}",
        )
    try:
        program, *arguments = shlex.split(text)
    except ValueError as error:
        hint = f"write it as for a shell: export {name}='code --wait'"
        raise UsageError(f"{name} cannot be read: {error}", hint=hint) from error
    path = shutil.which(program, path=console.environ.get("PATH"))
    if path is None:
        hint = f"export {name}=nano; or {otherwise}"
        raise UsageError(f"there is no program `{program}`, which {name} names", hint=hint)
    return [path, *arguments]


def _said(environ: Mapping[str, str]) -> tuple[str | None, str]:
    said = ((name, environ.get(name, "").strip()) for name in VARIABLES)
    return next(((name, text) for name, text in said if text), (None, ""))


@mutable
class TextFile:
    """A file that holds a text while it is edited."""

    console: Console
    path: Path
    content: bytes
    """The text at first."""
    stays: bool = False

    def edit(self, editor: Sequence[str]) -> bytes:
        """Let the user edit it, and return what it holds then.

        Raises:
            InterruptedRunError: The editor did not end well: the text does not count.
            UsageError: The editor cannot be run, or has removed the file.
        """
        run_editor(self.console, editor, self.path)
        if not self.path.is_file():
            raise UsageError("the editor has removed the file", hint="edit it again")
        return self.path.read_bytes()

    def keep(self) -> None:
        """Let it stay, and say where it is."""
        self.stays = True
        self.console.error(f"Your text is in {self.place}")

    @property
    def place(self) -> Path:
        """The file; its folder, if the editor has saved the text under another name."""
        others = any(file != self.path for file in self.path.parent.iterdir())
        return self.path.parent if others else self.path

    def holds_work(self) -> bool:
        """Return whether the text is another than at first, or the editor has saved it beside."""
        is_changed = self.path.is_file() and self.path.read_bytes() != self.content
        return is_changed or any(file != self.path for file in self.path.parent.iterdir())


@contextmanager
def text_file(console: Console, name: str, content: bytes) -> Iterator[TextFile]:
    """Give a file that holds a text, for its user alone; it goes at the end of the block.

    If the block fails, or exits with a code, a changed text stays, and a message says where.
    """
    folder = Path(tempfile.mkdtemp(prefix="dagctl-edit-"))
    text = TextFile(console, folder / name, content)
    text.path.write_bytes(content)
    try:
        yield text
    except DagctlError as error:
        if text.holds_work():
            text.stays = True
            error.state = f"{error.state}; your text is in {text.place}"
        raise
    except BaseException:
        if text.holds_work():
            text.keep()
        raise
    finally:
        if not text.stays:
            shutil.rmtree(folder)


def run_editor(console: Console, editor: Sequence[str], file: Path) -> None:
    """Run the user's editor on a file, and wait until it has ended.

    Raises:
        InterruptedRunError: It did not end well: the text does not count.
        UsageError: It cannot be run.
    """
    out = None if is_terminal(console.out) else console.err.fileno()
    name = Path(editor[0]).name
    with _leaving_interrupts_to_the_editor(), _keeping_the_terminal():
        process = None
        try:
            with _signals_later(signal.SIGTERM, signal.SIGHUP):
                process = subprocess.Popen([*editor, str(file)], stdout=out)  # noqa: S603 - theirs
            code = process.wait()
        except OSError as error:
            raise UsageError(f"the editor `{name}` cannot be run: {error.strerror}") from error
        except BaseException:  # SIGTERM, SIGHUP: the editor goes, too, and may save what it has
            if process is not None:
                _end(process)
            raise
    if code != 0:
        how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
        raise InterruptedRunError(f"the editor `{name}` {how}", hint="run the command again")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE)


@contextmanager
def _signals_later(*numbers: signal.Signals) -> Iterator[None]:
    """Let signals wait for the end of the block: half of it would leave an editor without us."""
    seen: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        del frame
        seen.append(number)

    before = {
        number: signal.signal(number, note)
        for number in numbers
        if signal.getsignal(number) != signal.SIG_IGN  # what is ignored the editor ignores, too
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    for caught in seen:
        signal.raise_signal(caught)


@contextmanager
def _leaving_interrupts_to_the_editor() -> Iterator[None]:
    """Let Ctrl-C reach the editor alone, which may have a use for it."""

    def ignore(number: int, frame: FrameType | None) -> None:
        del number, frame

    before = signal.signal(signal.SIGINT, ignore)  # a function: the editor does not inherit it
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _keeping_the_terminal() -> Iterator[None]:
    """Give the terminal back as it was: an editor that dies may leave it without echo."""
    try:
        descriptor = sys.stdin.fileno()
        before = termios.tcgetattr(descriptor)
    except (OSError, ValueError, termios.error):  # no terminal
        yield
        return
    try:
        yield
    finally:
        with suppress(termios.error):  # the terminal is gone
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
