"""What the parser of the command line refuses, in this program's words. Pure."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from typer._click.exceptions import NoSuchOption

from dagctl.errors import UsageError
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from typer._click.exceptions import ClickException

_NO_SUCH = lazy_pattern(r"(?i)no such (?:command `([^`]+)`|option: (\S+))")
_NUMBER = lazy_pattern(r"unexpected argument `v?([0-9]{1,10})`")
_WORDS = (
    (lazy_pattern(r"Value error, "), ""),
    (lazy_pattern(r"Input should be greater than or equal to (\S+)"), r"it must be \1 or more"),
    (lazy_pattern(r"Input should be less than or equal to (\S+)"), r"it must be \1 or less"),
    (lazy_pattern(r"Input should be a valid integer.*"), "it must be a whole number"),
    (lazy_pattern(r"Got unexpected extra argument\S* \((.*)\)"), r"unexpected argument `\1`"),
    (lazy_pattern(r"'([^']*)'"), r"`\1`"),
    (lazy_pattern(r"\s+"), " "),
)
"""Typer reports in the words of pydantic, and lists choices on lines of their own."""


MEANT = {
    "--json": "-o json",
    "--yaml": "dagctl show ID --spec",
    "--verbose-errors": "--debug",
    "--plan": "--dry-run",
    **dict.fromkeys(("update", "apply", "publish", "deploy", "upload", "sync"), "dagctl create"),
    **dict.fromkeys(("plan", "preview"), "dagctl create --dry-run"),
    **dict.fromkeys(("delete", "remove", "destroy", "drop"), "dagctl rm"),
    **dict.fromkeys(("log", "versions"), "dagctl history"),
    "compare": "dagctl diff",
    "revert": "dagctl rollback",
    **dict.fromkeys(("rename", "move"), "dagctl mv"),
    **dict.fromkeys(("status", "drift", "ls", "dags"), "dagctl list"),
    **dict.fromkeys(("get", "describe", "info", "cat", "graph"), "dagctl show"),
    **dict.fromkeys(("check", "lint", "test"), "dagctl validate"),
    **dict.fromkeys(("setup", "start"), "dagctl init"),
    **dict.fromkeys(("auth", "signin", "sign-in"), "dagctl login"),
    **dict.fromkeys(("server", "api"), "dagctl serve"),
    **dict.fromkeys(("fix", "repair"), "dagctl doctor --fix"),
    "generate": "dagctl render",
    "undo": "dagctl recover",
    "version": "dagctl --version",
}
"""Words of other tools, and what they are called here."""
VERSION_OPTIONS = {"show": "--version", "rollback": "--to"}
"""The option that names a version, of the commands where a number stands alone by mistake."""
ABSENT = {
    **dict.fromkeys(("run", "trigger", "backfill"), "runs a DAG: Airflow does, `airflow dags ...`"),
    "push": "pushes earlier commits: `git push` does; `dagctl create --push` pushes its own",
}
"""What other tools have a command for, and dagctl has not."""


def usage_error(error: ClickException, command: str | None) -> UsageError:
    """Return the parser's error about the arguments of a command (None: which one is not known)."""
    message, near = _parts(error)
    command = _verb(error) or command
    hint = f"see dagctl {command} --help" if command else "see dagctl --help"
    near = near or _version(message, command)
    word = _word(message)
    if word in ABSENT:
        hint = f"no command of dagctl {ABSENT[word]}; {hint}"
    elif near or word in MEANT:
        near = f"`{MEANT[word]}`" if word in MEANT else near
        hint = f"did you mean {near}? Otherwise {hint}"
    usage = UsageError(message[:1].lower() + message[1:], hint=hint)
    usage.__cause__ = error
    return usage


def _version(message: str, command: str | None) -> str | None:
    """Return the option for a version whose number is given without it, or None."""
    number = _NUMBER.fullmatch(message)
    option = VERSION_OPTIONS.get(command or "")
    return f"`{option} {number[1]}`" if number and option else None


def _verb(error: ClickException) -> str | None:
    """Return the noun and the verb whose arguments are refused; None: the command has no verb."""
    name = getattr(getattr(error, "ctx", None), "info_name", None)
    return name if name and " " in name else None


def _word(message: str) -> str:
    """Return the command or option that does not exist, or an empty text."""
    match = _NO_SUCH.search(message)
    return (match[1] or match[2]).lower() if match else ""


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
    near = get_close_matches(error.option_name.lstrip("-"), by_name, n=1)
    return f"`{by_name[near[0]]}`" if near else None
