"""The only module that prints: data to standard output, all else to standard error."""

from __future__ import annotations

import codecs
import os
import shutil
import sys
from contextlib import suppress
from io import BytesIO, StringIO, TextIOWrapper
from typing import TYPE_CHECKING, BinaryIO, Literal, TextIO

from dagctl.brevity import brief
from dagctl.cli.terminal.text import json_text, plural, shown, shown_block, wrapped
from dagctl.errors import UnavailableError, advice
from dagctl.patterns import lazy_pattern
from dagctl.session.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

ColourMode = Literal["auto", "always", "never"]
Style = Literal["error", "warning", "info", "dim", "bold", "added", "removed", "good"]

STYLES: Mapping[Style, str] = {
    "error": "1;31",
    "warning": "1;33",
    "info": "1;36",
    "good": "32",
    "added": "32",
    "removed": "31",
    "bold": "1",
    "dim": "2",
}
"""The SGR codes of each style. Colour is never the only carrier of a meaning."""

MOST = 100
"""How many findings or warnings people are shown at once; a machine reads another form."""

_STYLE = lazy_pattern(rf"(\x1b\[(?:{'|'.join((*STYLES.values(), '0'))})m)")


class Console:
    """The two streams of a run, and how they may be written to."""

    def __init__(self, out: TextIO, err: TextIO, environ: Mapping[str, str]) -> None:
        self.out = out
        self.err = err
        self.environ = environ
        self.colour: ColourMode = "auto"
        self.quiet = False
        self.verbose = False
        self.progress = True
        for stream in (out, err):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")

    # --- Writing ----------------------------------------------------------------------------------

    def data(self, text: str) -> None:
        """Write `text` and a line feed to standard output."""
        self._write(text + "\n")

    def lines(self, lines: Iterable[str]) -> None:
        """Write each line to standard output."""
        for line in lines:
            self.data(line)

    def running(self, lines: Iterable[str], *, hang: int = 4) -> None:
        """Write lines of running text to standard output, wrapped at words on a terminal."""
        for line in lines:
            self.lines(self.folded(line, on=self.out, hang=hang))

    def parts(self, parts: Iterable[str]) -> None:
        """Write a text in parts to standard output, as it is."""
        for part in parts:
            self._write(part)

    def exact(self, text: str) -> None:
        """Write `text` to standard output as UTF-8, byte for byte; to a terminal with escapes.

        What a terminal obeys (control characters, and those that reorder text) may stand in a DAG
        of anyone on the team.
        """
        if is_terminal(self.out):
            self._write(shown_block(text))
        elif isinstance(self.out, TextIOWrapper):
            self._guarded(self.out.flush)
            raw = self.out.buffer
            self._guarded(lambda: raw.write(text.encode("utf-8", "surrogateescape")))
        else:
            self._write(text)

    def document(self, value: object) -> None:
        """Write `value` as one JSON document to standard output."""
        self.data(json_text(value, ascii_only=is_ascii(self.out)))

    def note(self, text: str) -> None:
        """Write what is good to know to standard error, unless the user wants it quiet."""
        if not self.quiet:
            self.message(text)

    def warn(self, text: str) -> None:
        """Write what may be wrong without being a failure to standard error, even if quiet."""
        self.message(f"{self.paint('warning', 'warning', on=self.err)}: {shown(text)}", hang=2)

    def warnings(self, texts: Sequence[str]) -> None:
        """Write the warnings of an operation: the first of them, and how many more there are."""
        first = texts if self.verbose else texts[:MOST]
        for text in first:
            self.warn(text)
        if left := len(texts) - len(first):
            self.warn(f"{plural(left, 'more warning')} not shown; all of them: --verbose")

    def detail(self, text: str) -> None:
        """Write what only `--verbose` wants to know to standard error."""
        if self.verbose:
            self.note(text)

    def error(self, text: str) -> None:
        """Write what must be known to standard error, without secrets.

        Nothing is raised if standard error is closed, or the terminal is gone: there is no other
        place to write to.
        """
        try:
            self.err.write(_harmless(redacted(text)) + "\n")
            self.err.flush()
        except (OSError, ValueError):
            _point_at_nothing(self.err)  # else Python's end fails: exit code 120

    def message(self, text: str, *, hang: int = 0) -> None:
        """Write running text to standard error, wrapped at words where that is a terminal."""
        # secrets go first: their marks may stand on the line before
        self.error("\n".join(self.folded(redacted(text), on=self.err, hang=hang)))

    def folded(self, text: str, *, on: TextIO, hang: int = 0) -> list[str]:
        """Return the lines of running text, overlong ones cut; for a terminal wrapped at words."""
        text = brief(text)
        if not is_terminal(on):
            return [text]
        return [part for line in text.split("\n") for part in wrapped(line, self.width, hang)]

    def flush(self) -> None:
        """Send what was written to standard output on its way.

        Raises:
            BrokenPipeError: The reader has closed the pipe.
            UnavailableError: Standard output cannot be written.
        """
        self._guarded(self.out.flush)

    def give_up(self) -> None:
        """Point standard output at nothing, so that nothing more fails on the way out."""
        _point_at_nothing(self.out)

    # --- What the streams can show ----------------------------------------------------------------

    def paint(self, text: str, style: Style, *, on: TextIO) -> str:
        """Return `text` in a style, if the stream on which it is written shows colour."""
        if not text or not self.shows_colour(on):
            return text
        return f"\x1b[{STYLES[style]}m{text}\x1b[0m"

    def shows_colour(self, stream: TextIO) -> bool:
        """Return whether colour is wanted there: a flag wins over the environment."""
        if self.colour != "auto":
            return self.colour == "always"
        if self.environ.get("NO_COLOR"):
            return False
        if self.environ.get("CLICOLOR_FORCE", "0") not in {"", "0"}:
            return True
        return is_terminal(stream) and self.environ.get("TERM") != "dumb"

    @property
    def width(self) -> int:
        """How many cells a line may have: `COLUMNS`, else the terminal, else 100; at least 40."""
        return max(shutil.get_terminal_size((100, 24)).columns, 40)

    @property
    def page_width(self) -> int:
        """How many cells a line of running text may have: no more than are easy to read."""
        return min(self.width, 80) - 2

    # --- Failing ----------------------------------------------------------------------------------

    def _write(self, text: str) -> None:
        shown = _harmless(text) if is_terminal(self.out) else text
        self._guarded(lambda: self.out.write(shown))

    def _guarded(self, write: Callable[[], object]) -> None:
        try:
            write()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise UnavailableError(
                f"cannot write to standard output: {error.strerror}",
                state="the result could not be shown",
                hint=advice(error) or "write to somewhere else",
            ) from error


def _point_at_nothing(stream: TextIO) -> None:
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _harmless(text: str) -> str:
    """Return text that steers a terminal by the styles above only; all else is escaped.

    What is shown is made safe where it is put together, too, where its place on the line is known.
    This is the last gate, for what was forgotten there.
    """
    return "".join(
        part if _STYLE.fullmatch(part) else shown_block(part) for part in _STYLE.split(text)
    )


def is_terminal(stream: TextIO) -> bool:
    """Return whether a person looks at the stream."""
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def is_ascii(stream: TextIO) -> bool:
    """Return whether the stream cannot carry every character."""
    try:
        return not codecs.lookup(stream.encoding or "ascii").name.startswith("utf")
    except (LookupError, TypeError):
        return True


def standard_console() -> Console:
    """Return the console of this process; a stream that is closed swallows what it gets."""
    return Console(sys.stdout or StringIO(), sys.stderr or StringIO(), os.environ)


def standard_input() -> BinaryIO:
    """Return the bytes of standard input; there are none if it is closed."""
    return sys.stdin.buffer if sys.stdin else BytesIO()
