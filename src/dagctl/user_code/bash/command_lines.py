"""Shell commands of several lines, of which bash goes on after one that fails."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dagctl.errors import Severity
from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.patterns import lazy_pattern
from dagctl.text.lines import Lines, TextRange
from dagctl.text.template_signs import signs

if TYPE_CHECKING:
    from collections.abc import Iterator

_SET = lazy_pattern(
    r"^[ \t]*set\s+(?:-\w*e|\S+\s+-\w*e|-o\s+errexit|-\w*o\s+errexit)", re.MULTILINE
)
_TRAP, _ERROR = lazy_pattern(r"\btrap\b"), lazy_pattern(r"\bERR\b")
_GOES_ON = lazy_pattern(r"(?:\\|&&|\|\|?)$")
"""The end of a line that is not the end of a command."""
_HARMLESS = lazy_pattern(
    r"""(?:echo|printf|export|unset|set|shopt|alias|local|declare|readonly|true|:|umask|sleep|date
    |done|fi|esac|else|then|do|\}|\)|;;|[A-Za-z_]\w*=[^$`(]*$|\S+\)|function\b|\w+\s*\(\))(?![\w-])
    |[A-Za-z_]\w*=[^$`(]*$|\[|\[\[|test\b|if\b|elif\b|while\b|until\b|for\b|case\b|exit\b|return\b
    |exec\b|cat\s*<<|wait\b|source\s+\S+activate""",
    re.VERBOSE,
)
"""The beginning of a line that does not fail, or is there to say whether something did."""
_HEREDOC = lazy_pattern(r"<<-?\s*(['\"]?)(\w+)\1")


def shell_advice(command: str) -> Iterator[Problem]:
    """Yield advice if bash would go on after a line that may fail, so that the task succeeds."""
    if "\n" not in command.strip() or _stops(command):
        return
    statements, marks = list(_statements(command)), signs().begins
    for number, text in statements[:-1]:
        if not _HARMLESS.match(text) and "||" not in text and not text.startswith(marks):
            column = Lines(command).line(number).find(text[:1]) + 1
            yield Problem(
                Code.SHELL_GOES_ON,
                "bash goes on after a line that fails: the task succeeds if the last one does",
                "begin the command with `set -e`",
                TextRange(
                    number, max(column, 1), number, max(column, 1) + len(text.split("\n")[0])
                ),
                Severity.INFO,
            )
            return


def _stops(command: str) -> bool:
    """Return whether bash stops at a failure, or handles it."""
    return _SET.search(command) is not None or any(map(_handles, command.split("\n")))


def _handles(line: str) -> bool:
    trap = _TRAP.search(line)
    return trap is not None and _ERROR.search(line, trap.end()) is not None


def _statements(command: str) -> Iterator[tuple[int, str]]:
    """Yield the commands with the numbers of their lines, without comments and input text."""
    start, parts, heredoc = 0, list[str](), ""
    for number, line in enumerate(command.split("\n"), 1):
        text = line.strip()
        if heredoc:
            heredoc = "" if text == heredoc else heredoc
            continue
        if not text or text.startswith("#"):
            continue
        start = start or number
        parts.append(text)
        opened = _HEREDOC.search(text)
        heredoc = opened[2] if opened else ""
        if not _GOES_ON.search(text):
            yield start, "\n".join(parts)
            start, parts = 0, []
    if parts:
        yield start, "\n".join(parts)
