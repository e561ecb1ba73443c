"""What the parser of the command line refuses, in this program's words. Pure."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from typer._click.exceptions import NoSuchOption

from dagctl.errors import UsageError

if TYPE_CHECKING:
    from typer._click.exceptions import ClickException

_WORDS = (
    (re.compile(r"Value error, "), ""),
    (re.compile(r"Input should be greater than or equal to (\S+)"), r"it must be \1 or more"),
    (re.compile(r"Input should be less than or equal to (\S+)"), r"it must be \1 or less"),
    (re.compile(r"Input should be a valid integer.*"), "it must be a whole number"),
    (re.compile(r"Got unexpected extra argument\S* \((.*)\)"), r"unexpected argument `\1`"),
    (re.compile(r"'([^']*)'"), r"`\1`"),
    (re.compile(r"\s+"), " "),
)
"""Typer reports in the words of pydantic, and lists choices on lines of their own."""


def usage_error(error: ClickException, command: str | None) -> UsageError:
    """Return the parser's error about the arguments of a command (None: which one is not known)."""
    message, near = _parts(error)
    hint = f"see dagctl {command} --help" if command else "see dagctl --help"
    if near:
        hint = f"did you mean {near}? Otherwise {hint}"
    found = UsageError(message[:1].lower() + message[1:], hint=hint)
    found.__cause__ = error
    return found


def _parts(error: ClickException) -> tuple[str, str | None]:
    """Return what is wrong, and the near name, if there is one."""
    if isinstance(error, NoSuchOption):
        return f"no such option: {error.option_name}", _near_option(error)
    message = error.format_message()
    for pattern, words in _WORDS:
        message = pattern.sub(words, message)
    first, _, near = message.rstrip(".").partition(". Did you mean ")
    return first, near.rstrip("?") or None


def _near_option(error: NoSuchOption) -> str | None:
    """Return the option that was probably meant; the dashes make no two of them alike."""
    by_name = {option.lstrip("-"): option for option in error.possibilities or ()}
    found = get_close_matches(error.option_name.lstrip("-"), by_name, n=1)
    return f"`{by_name[found[0]]}`" if found else None
