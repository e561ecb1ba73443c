"""What only a person at the terminal, or a pipe, can give: addresses, passwords, codes."""

from __future__ import annotations

import sys
from getpass import getpass
from typing import TYPE_CHECKING

from dagctl.cli.terminal.console import is_terminal
from dagctl.errors import NotSignedInError, UsageError
from dagctl.session.redaction import remember

if TYPE_CHECKING:
    from dagctl.cli.terminal.console import Console

LONGEST = 4096
"""How many characters a secret on standard input may have."""


def ask(console: Console, label: str, *, otherwise: str) -> str:
    """Return a line that is typed.

    Raises:
        NotSignedInError: There is no terminal to ask at; `otherwise` says what helps.
    """
    _require_terminal(label, otherwise)
    console.err.write(f"{label}: ")
    console.err.flush()
    return _given(sys.stdin.readline(), label)


def agreed(console: Console, question: str, *, otherwise: str) -> bool:
    """Return whether the user answers yes; anything else is no.

    Raises:
        UsageError: There is no terminal to ask at; `otherwise` is the command that does not ask.
    """
    if not is_at_terminal(console):
        raise UsageError(
            "this asks before it changes anything, and there is no terminal", hint=otherwise
        )
    console.err.write(f"{question} [y/N] ")
    console.err.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def goes_on(console: Console, question: str) -> bool:
    """Return whether the user, at a terminal, does not answer no; the end of the input is one."""
    console.err.write(f"{question} [Y/n] ")
    console.err.flush()
    answer = sys.stdin.readline()
    return bool(answer) and answer.strip().lower() not in {"n", "no"}


def is_at_terminal(console: Console) -> bool:
    """Return whether a person can be asked and can answer."""
    return bool(sys.stdin) and is_terminal(sys.stdin) and is_terminal(console.err)


def ask_hidden(label: str, *, otherwise: str) -> str:
    """Return a line that is typed and not shown.

    Raises:
        NotSignedInError: There is no terminal to ask at; `otherwise` says what helps.
    """
    _require_terminal(label, otherwise)
    try:
        secret = getpass(f"{label}: ")
    except EOFError:
        secret = ""
    remember(secret)
    return _given(secret, label)


def secret_from_stdin() -> str:
    """Return the first line of standard input, without its end.

    Raises:
        UsageError: There is none.
    """
    text = sys.stdin.readline(LONGEST).rstrip("\r\n")
    if not text:
        raise UsageError("standard input holds no password")
    remember(text)
    return text


def _given(text: str, label: str) -> str:
    given = text.rstrip("\r\n")
    if not given:
        raise NotSignedInError(f"no {label[:1].lower()}{label[1:]} was given")
    return given


def _require_terminal(label: str, otherwise: str) -> None:
    if not is_terminal(sys.stdin):
        raise NotSignedInError(
            f"there is no terminal to ask for the {label[:1].lower()}{label[1:]}", hint=otherwise
        )
