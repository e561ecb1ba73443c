"""How an operation goes: a bar on a terminal, elsewhere a plain line for each step."""

from __future__ import annotations

from math import inf
from time import monotonic
from typing import TYPE_CHECKING

from dagctl.cli.terminal.console import is_terminal
from dagctl.cli.terminal.text import shown
from dagctl.errors import UNCHANGED

if TYPE_CHECKING:
    from rich.progress import Progress

    from dagctl.cli.invocation import Invocation
    from dagctl.cli.terminal.console import Console

NAMES = {
    "journal": "note plan",
    "reserve": "reserve name",
    "history": "import versions",
    "file": "write file",
    "stage": "git index",
    "fetch": "git fetch",
    "announce": "note push",
    "confirm": "record",
    "complete": "finish",
    "clear": "clean up",
    "recover": "finish earlier",
    "undo reserve": "release name",
    "undo file": "restore file",
    "undo upload": "restore upload",
}
"""What users read for the steps of an operation; the others are shown under their own names."""
HIDDEN = frozenset({"show"})
"""Steps that are no work."""
UNKNOWN = "unknown: run `dagctl recover`"
MINOR = frozenset({"journal", "render", "stage", "fetch", "announce", "clear"})
"""Steps that only `--verbose` shows: they leave nothing that a user looks at."""
LAST_OF_UNDO = "undo reserve"
"""The step after which nothing is left of an operation that was undone."""
PATIENCE = 0.3
"""Seconds before a bar appears: what is done sooner needs none."""


def reporter(invocation: Invocation) -> Reporter:
    """Return what shows the user how an operation goes, until it is closed."""
    console = invocation.console
    if console.quiet or not console.progress:
        return Reporter(invocation)
    is_dumb = console.environ.get("TERM") == "dumb"
    if console.verbose or is_dumb or not is_terminal(console.err):
        return StepLines(invocation)
    return Bar(invocation)


class WarningsOnly:
    """Shows nothing but warnings."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def step(self, name: str, *, done: bool, detail: str = "") -> None:
        """Do nothing."""

    def progress(self, name: str, completed: int, total: int) -> None:
        """Do nothing."""

    def warn(self, text: str) -> None:
        """Write the warning."""
        self.console.warn(text)

    def waiting(self, text: str) -> None:
        """Write what is waited for."""
        self.console.note(f"  {shown(text)}")


class Reporter(WarningsOnly):
    """Shows no step either, but remembers what an interrupt would leave."""

    def __init__(self, invocation: Invocation) -> None:
        super().__init__(invocation.console)
        self.invocation = invocation

    def step(self, name: str, *, done: bool, detail: str = "") -> None:
        """Remember whether everything is as it was."""
        del detail
        self.invocation.state = UNCHANGED if done and name == LAST_OF_UNDO else UNKNOWN

    def close(self) -> None:
        """Wipe what is drawn."""


class StepLines(Reporter):
    """Writes one line for each step that has ended; with `--verbose`, its time too."""

    def __init__(self, invocation: Invocation) -> None:
        super().__init__(invocation)
        self.since = monotonic()

    def step(self, name: str, *, done: bool, detail: str = "") -> None:
        """Write the line when the step is done."""
        super().step(name, done=done, detail=detail)
        if not done:
            self.since = monotonic()
        elif name not in HIDDEN and (self.console.verbose or name not in MINOR):
            time = f"{monotonic() - self.since:7.3f} s  " if self.console.verbose else ""
            line = f"  {time}{NAMES.get(name, name):<12} {shown(detail)}"
            self.console.note(line.rstrip())


class Bar(Reporter):
    """Draws one bar that vanishes at the end."""

    def __init__(self, invocation: Invocation) -> None:
        super().__init__(invocation)
        self.since = monotonic()
        self.drawing: Progress | None = None

    def step(self, name: str, *, done: bool, detail: str = "") -> None:
        """Name the step."""
        super().step(name, done=done, detail=detail)
        if name not in HIDDEN:
            self._draw(name, 0, None)

    def progress(self, name: str, completed: int, total: int) -> None:
        """Move the bar."""
        self._draw(name, completed, total)

    def close(self) -> None:
        """Wipe the bar."""
        if self.drawing is not None:
            self.drawing.stop()
            self.drawing = None
        self.since = inf

    def _draw(self, name: str, completed: int, total: int | None) -> None:
        if self.drawing is None and monotonic() - self.since > PATIENCE:
            self.drawing = _bar(self.console)
            self.drawing.start()
        if self.drawing is not None:
            count = f"{completed:,}/{total:,}" if total else ""
            # a new task each time: an old one cannot lose its total
            for task in self.drawing.task_ids:
                self.drawing.remove_task(task)
            self.drawing.add_task(
                NAMES.get(name, name), completed=completed, total=total, count=count
            )


def _bar(console: Console) -> Progress:
    from rich.console import Console as RichConsole
    from rich.progress import BarColumn, Progress, TextColumn

    screen = RichConsole(file=console.err, no_color=not console.shows_colour(console.err))
    columns = (
        TextColumn("  {task.description:<12}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[count]}", markup=False),
    )
    return Progress(*columns, console=screen, transient=True)
