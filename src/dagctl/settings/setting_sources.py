"""The values that files, the environment and flags give, each with its origin."""

from __future__ import annotations

import errno
import os
import re
import stat
import tomllib
from bisect import bisect_left
from difflib import get_close_matches
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from dagctl.errors import UsageError, advice
from dagctl.patterns import lazy_pattern
from dagctl.settings.setting_checks import CHECKS, SourcedValue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

ENVIRONMENT_PREFIX = "DAGCTL_"
LARGEST = 1 << 20
"""Bytes of a file of settings that are read."""
_KEPT = 16
"""Texts of which is kept what they set: a command and a server read the same ones again."""
TOML_HINT = 'each line has the form: key = "value"'
_AIRFLOW_KEY = lazy_pattern(r"(?m)^[ \t]*+airflow[ \t]*+=")
_AIRFLOW_TABLE = lazy_pattern(r"(?m)^[ \t]*+\[airflow[.\]]")
_AIRFLOW_TWICE = "write `version = ...` under `[airflow]`, and remove the line `airflow = ...`"

_BEGINNING = lazy_pattern(r"[ \t]*+(\[*+)([^=\]\[#]++)[=\]]")
"""How a line begins that has a key, or a table."""
_KEY = r"""(?:[\w-]++|"(?:[^"\\\n]|\\[^\n])*+"|'[^'\n]*+')"""
_DOT = r"[ \t]*+\.[ \t]*+"
_TOKEN = lazy_pattern(
    r"""(?s)\#[^\n]*+"""
    r"""|\"{3}(?:[^"\\]|\\.|"{1,2}+(?!"))*+(?:"{3,5}+|\\?\Z)"""
    r"""|'{3}(?:[^']|'{1,2}+(?!'))*+(?:'{3,5}+|\Z)"""
    rf"""|(?P<deep>{_KEY}(?:{_DOT}{_KEY}){{40}})|{_KEY}(?:{_DOT}{_KEY})*+"""
    r"""|"(?:[^"\\\n]|\\[^\n])*+|'[^'\n]*+"""
    r"""|[^\w"'#-]++|."""
)
"""A comment, a text of many lines, keys in keys (or a value), a text without its end, or what is
left. A text without its end is one token: else each quote in it would be a beginning to try."""
_MOST_BITS = 4096
"""Of a number: TOML has 64, and Python shows no more than some thousand digits."""
_DEEPEST = 6
"""Keys in keys whose place is known."""
_IN_TABLES = ("strict", "ignore", "providers", "git_remote", "push_timeout")
"""Settings that stand in a table only."""
TABLES: Mapping[str, Mapping[str, str]] = {
    "": {key: key for key in CHECKS if not key.startswith(("supabase_", *_IN_TABLES))},
    "airflow": {"version": "airflow", "providers": "providers"},
    "git": {
        "remote": "git_remote",
        "push": "push",
        "timeout": "push_timeout",
        "publish_from": "publish_from",
    },
    "supabase": {
        "url": "supabase_url",
        "publishable_key": "supabase_key",
        "project_id": "project_id",
        "bucket": "supabase_bucket",
    },
    "checks": {"strict": "strict", "ignore": "ignore"},
}
"""The keys of each table that a file may have (`""` is the top), and which setting each one is."""
OF_NAMES = ("vars", "env", "templates")
"""Tables of `dagctl.toml` with names that the user chooses, which other modules here read."""
_OTHER_TABLES = {
    **dict.fromkeys(("variables", "var"), "vars"),
    **dict.fromkeys(("environments", "environment", "envs", "stages"), "env.NAME.vars"),
}
"""What other tools call these tables."""


def from_file(
    path: Path, name: str | None = None, *, of_workspace: bool = False
) -> dict[str, SourcedValue]:
    """Return the settings of a TOML file; none if there is no file.

    Args:
        path: The file.
        name: What messages call it.
        of_workspace: Whether it may have variables and sources of templates too.

    Raises:
        UsageError: It cannot be read, is no TOML, has an unknown key or contradicts itself.
    """
    shown = name or str(path)
    try:
        text = _text_of(path, shown)
    except FileNotFoundError:
        return {}
    return {**_settings_in(text, shown, OF_NAMES if of_workspace else ())}


@lru_cache(_KEPT)
def _settings_in(text: str, shown: str, passed_over: tuple[str, ...]) -> Mapping[str, SourcedValue]:
    """Return the settings of a TOML text, but for tables that have none."""
    document = _document(text, shown)
    given = {key: value for key, value in document.items() if key not in passed_over}
    return _settings(TomlFile(shown, text), given)


def read_toml(path: Path, shown: str) -> tuple[str, dict[str, Any]]:
    """Return the text of a TOML file, and what it says; messages call it `shown`.

    Raises:
        FileNotFoundError: There is none.
        UsageError: It cannot be read, or is no TOML.
    """
    text = _text_of(path, shown)
    return text, _document(text, shown)


def _text_of(path: Path, shown: str) -> str:
    try:
        return _bytes_of(path).decode("utf-8")
    except FileNotFoundError:
        if path.is_symlink():
            message = f"{shown} is a link to {path.readlink()}, which does not exist"
            raise UsageError(message, hint="correct the link, or remove it") from None
        raise
    except OSError as error:
        raise UsageError(f"cannot read {shown}: {error.strerror}", hint=advice(error)) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{shown} is not UTF-8 text", hint="save it as UTF-8") from error


def _document(text: str, shown: str) -> dict[str, Any]:
    try:
        return _parsed(text)
    except _TooDeepError as error:
        raise UsageError(f"{shown}: not valid TOML: nested too deeply", hint=TOML_HINT) from error
    except tomllib.TOMLDecodeError as error:
        place, what = _mistake(text, error)
        is_twice = _AIRFLOW_KEY.search(text) and _AIRFLOW_TABLE.search(text)
        hint = _AIRFLOW_TWICE if is_twice and "overwrite" in what else TOML_HINT
        raise UsageError(f"{shown}:{place}: not valid TOML: {what}", hint=hint) from error
    except ValueError as error:  # Python reads and shows no number of so many digits
        message = f"{shown}: not valid TOML: a number is too large"
        raise UsageError(message, hint="a number has at most 64 bits") from error


class _TooDeepError(Exception):
    """Keys in keys, or lists in lists, are more than are read."""


def _parsed(text: str) -> dict[str, Any]:
    """Return what a TOML text says, within bounds of time.

    Raises:
        _TooDeepError: It is nested too deeply; tomllib takes the square of the keys in keys.
        ValueError: It is no TOML, or a number is too large to be shown.
    """
    if any(token.lastgroup for token in _TOKEN.finditer(text)):
        raise _TooDeepError
    try:
        document = tomllib.loads(text)
    except RecursionError as error:
        raise _TooDeepError from error
    stack: list[object] = [document]
    while stack:
        value = stack.pop()
        if isinstance(value, int) and value.bit_length() > _MOST_BITS:
            raise ValueError
        stack += value.values() if isinstance(value, dict) else ()
        stack += value if isinstance(value, list) else ()
    return document


def from_environment(environ: Mapping[str, str]) -> dict[str, SourcedValue]:
    """Return the settings that `DAGCTL_*` variables give; an empty one gives nothing."""
    names = {key: ENVIRONMENT_PREFIX + key.upper() for key in CHECKS}
    return {
        key: SourcedValue(_typed(key, environ[n]), n) for key, n in names.items() if environ.get(n)
    }


def from_flags(overrides: Mapping[str, str]) -> dict[str, SourcedValue]:
    """Return the settings that flags give, by the name of the key.

    Raises:
        UsageError: A key is unknown.
    """
    keys = {key: key for key in CHECKS}
    return {
        _known(key, keys, _flag(key)): SourcedValue(_typed(key, text), _flag(key))
        for key, text in overrides.items()
    }


# --- Inside ---------------------------------------------------------------------------------------


def _bytes_of(path: Path) -> bytes:
    """Return the content of a file of settings.

    A clone may have a pipe, a device or something huge in its place, or a link to such: none of
    them is waited for or read.

    Raises:
        OSError: It is no regular file, is too large (EFBIG), or cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file", str(path))
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise OSError(errno.EFBIG, f"it is larger than {LARGEST // 1024} KiB", str(path))
    return content


class TomlFile:
    """A TOML file's name and text; tomllib keeps no positions."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._text = text

    def origin(self, key: str, table: str = "") -> str:
        """Return `file:line` of a key; the name of the file if it is written in another way."""
        places, tables = self._index
        start = tables.get(table, 0)
        names = (key, f"{table}.{key}") if table else (key,)
        lines = (_first_from(start, places.get(name, ())) for name in names)
        line = min((line for line in lines if line is not None), default=None)
        return self._name if line is None else f"{self._name}:{line}"

    @cached_property
    def _index(self) -> tuple[dict[str, list[int]], dict[str, int]]:
        """The lines that begin with each name, in order, and the line of each table.

        A line `a.b = 1` begins with `a` and with `a.b`.
        """
        places: dict[str, list[int]] = {}
        tables: dict[str, int] = {}
        for number, line in enumerate(self._text.split("\n"), 1):
            match = _BEGINNING.match(line)
            if match is None:
                continue
            words = [word.strip(" \t\"'") for word in match[2].split(".", _DEEPEST)[:_DEEPEST]]
            for end in range(1, len(words) + 1):
                places.setdefault(".".join(words[:end]), []).append(number)
            if match[1] == "[":
                tables.setdefault(match[2].strip(), number)
        return places, tables


def _first_from(start: int, lines: Sequence[int]) -> int | None:
    """Return the first of the lines that does not stand before another one."""
    at = bisect_left(lines, start)
    return lines[at] if at < len(lines) else None


def _settings(file: TomlFile, document: Mapping[str, object]) -> dict[str, SourcedValue]:
    settings: dict[str, SourcedValue] = {}
    for key, value in document.items():
        for setting, given in _entries(file, key, value):
            other = settings.setdefault(setting, given)
            if str(other.value).lower() != str(given.value).lower():
                raise UsageError(
                    f"{given.origin}: `{setting}` contradicts {other.origin}",
                    hint="write it once",
                )
    return settings


def _entries(file: TomlFile, key: str, value: object) -> list[tuple[str, SourcedValue]]:
    """Return what a top-level key sets: one setting, or those of a table."""
    origin = file.origin(key)
    is_value = key in TABLES[""] and not isinstance(value, dict)  # `airflow` is a key and a table
    if key not in TABLES or not key or is_value:
        return [(_known(key, TABLES[""], origin), SourcedValue(value, origin))]
    if not isinstance(value, dict):
        raise UsageError(f"{origin}: `{key}` must be a table: [{key}]")
    origins = {inner: file.origin(inner, key) for inner in value}
    return [
        (_known(inner, TABLES[key], origins[inner]), SourcedValue(inner_value, origins[inner]))
        for inner, inner_value in value.items()
    ]


def _known(key: str, keys: Mapping[str, str], origin: str) -> str:
    """Return which setting a key is."""
    if key in keys:
        return keys[key]
    raise UsageError(f"{origin}: unknown key `{key}`", hint=_hint(key, keys))


def _hint(key: str, keys: Mapping[str, str]) -> str:
    """Return where an unknown key of a file or a flag belongs, or which keys there are."""
    if keys is TABLES[""]:
        if key in _OTHER_TABLES:
            return f"write `[{_OTHER_TABLES[key]}]`"
        for table, inner in TABLES.items():
            name = next((name for name, setting in inner.items() if key in (name, setting)), None)
            if name is not None:
                return f"write `{name}` under `[{table}]`"
    tables = [f"[{table}]" for table in (*TABLES, *OF_NAMES) if table and keys is TABLES[""]]
    near = get_close_matches(key, [*keys, *(table.strip("[]") for table in tables)], n=1)
    if not near:
        return f"known keys: {', '.join((*keys, *tables))}"
    return f"did you mean `{near[0] if near[0] in keys else f'[{near[0]}]'}`?"


def _typed(key: str, text: str) -> object:
    """Return the text of a flag or variable as TOML would have given it."""
    if key == "strict":
        return {"true": True, "1": True, "false": False, "0": False}.get(text.lower(), text)
    if key == "providers":
        return dict(item.strip().partition("=")[::2] for item in text.split(",") if item.strip())
    if key in {"ignore", "publish_from"}:
        return [word.strip() for word in text.split(",") if word.strip()]
    if key not in {"lock_timeout", "push_timeout"}:
        return text
    try:
        return float(text)
    except ValueError:
        return text


def _flag(key: str) -> str:
    return "--" + key.removeprefix("supabase_").replace("_", "-")


def _mistake(text: str, error: Exception) -> tuple[str, str]:
    """Return `line:column` of a mistake, and what it is."""
    what, _, where = str(error).partition(" (at ")
    place = re.match(r"line (\d+), column (\d+)", where)
    if place is None:  # at the end of the document
        lines = text.rstrip("\n").split("\n")
        return f"{len(lines)}:{len(lines[-1]) + 1}", what[:1].lower() + what[1:]
    return f"{place[1]}:{place[2]}", what[:1].lower() + what[1:]
