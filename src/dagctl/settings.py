"""Where values come from, and from where each one came.

In rising order: defaults, the user's file, `dagctl.toml`, `DAGCTL_*` variables, flags.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from uuid import UUID

import platformdirs

from dagctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dagctl.workspace import Workspace

ENVIRONMENT_PREFIX = "DAGCTL_"

OFF_LIMITS = frozenset({".git", ".dagctl"})
"""Folders that are no place for DAG files: git's own, and dagctl's own."""

LONGEST_WAIT = 86_400
"""The most seconds that `lock_timeout` may be: a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a workspace is set to."""

    project_id: str
    """The UUID that every DAG of the workspace is recorded under, in its canonical text form."""
    dags_folder: str = "dags"
    """Where DAG files go: relative to the workspace root, with `/`."""
    airflow: Literal["2", "3"] = "3"
    """The Airflow that DAG files are written for: `"2"` (2.9 to 2.11) or `"3"` (3.0 on)."""
    backend: Literal["local"] = "local"
    """Where DAGs are recorded and stored."""
    lock_timeout: float = 60.0
    """How many seconds to wait for another dagctl in the same workspace."""
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Where each value comes from: `default`, `dagctl.toml:3`, `DAGCTL_AIRFLOW`, `--airflow`."""


class Given(NamedTuple):
    """A value as it was given, and where."""

    value: object
    origin: str


def load_settings(
    workspace: Workspace, environ: Mapping[str, str], overrides: Mapping[str, str]
) -> Settings:
    """Return the settings of `workspace`; `overrides` are what flags say, by the name of the key.

    Raises:
        UsageError: A file cannot be read, a key is unknown, a value is wrong or missing.
    """
    given = {
        **_from_file(user_file()),
        **_from_file(workspace.config, workspace.config.name),
        **_from_environment(environ),
        **_from_flags(overrides),
    }
    if "project_id" not in given:
        raise UsageError(
            f"{workspace.config.name} has no project_id",
            hint='write `project_id = "<UUID>"` into it, or set DAGCTL_PROJECT_ID',
        )
    values: dict[str, Any] = {key: CHECKS[key](one) for key, one in given.items()}
    origins = {key: given[key].origin if key in given else "default" for key in CHECKS}
    return Settings(**values, origins=origins)


def check_flag(key: str, text: str) -> str:
    """Return the value of a flag that becomes a setting, in its canonical form.

    Raises:
        UsageError: The value is wrong.
    """
    return str(CHECKS[key](_from_flags({key: text})[key]))


def user_file() -> Path:
    """Return where the user's own settings may stand, for all workspaces."""
    return platformdirs.user_config_path("dagctl") / "config.toml"


# --- The sources ----------------------------------------------------------------------------------


def _from_file(path: Path, name: str | None = None) -> dict[str, Given]:
    shown = name or str(path)
    try:
        text = path.read_bytes().decode("utf-8")
        table = tomllib.loads(text)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UsageError(f"cannot read {shown}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{shown} is not UTF-8 text") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{_at(shown, error)}: not valid TOML: {error}") from error
    return {key: _known(key, value, _origin(shown, text, key)) for key, value in table.items()}


def _from_environment(environ: Mapping[str, str]) -> dict[str, Given]:
    names = {key: ENVIRONMENT_PREFIX + key.upper() for key in CHECKS}
    return {key: Given(_typed(key, environ[n]), n) for key, n in names.items() if environ.get(n)}


def _from_flags(overrides: Mapping[str, str]) -> dict[str, Given]:
    origins = {key: "--" + key.replace("_", "-") for key in overrides}
    return {key: _known(key, _typed(key, text), origins[key]) for key, text in overrides.items()}


def _typed(key: str, text: str) -> object:
    """Return the text of a flag or variable as TOML would have given it."""
    if key != "lock_timeout":
        return text
    try:
        return float(text)
    except ValueError:
        return text


def _known(key: str, value: object, origin: str) -> Given:
    if key in CHECKS:
        return Given(value, origin)
    near = get_close_matches(key, CHECKS, n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"known keys: {', '.join(CHECKS)}"
    raise UsageError(f"{origin}: unknown key `{key}`", hint=hint)


def _origin(shown: str, text: str, key: str) -> str:
    """Return `file:line` of a top-level key; tomllib keeps no positions."""
    pattern = re.compile(rf"^\s*\[*\s*[\"']?{re.escape(key)}[\"']?\s*[=.\]]", re.MULTILINE)
    match = pattern.search(text)
    return f"{shown}:{text.count(chr(10), 0, match.end()) + 1}" if match else shown


def _at(shown: str, error: Exception) -> str:
    place = re.search(r"at line (\d+), column (\d+)", str(error))
    return f"{shown}:{place[1]}:{place[2]}" if place else shown


# --- The checks -----------------------------------------------------------------------------------


def _refuse(given: Given, key: str, expected: str) -> UsageError:
    return UsageError(f"{given.origin}: `{key}` must be {expected}, not {given.value!r}")


def _project_id(given: Given) -> str:
    try:
        if isinstance(given.value, str):
            return str(UUID(given.value))
    except ValueError:
        pass
    raise _refuse(given, "project_id", "a UUID in quotes")


def _dags_folder(given: Given) -> str:
    text = given.value
    if not isinstance(text, str) or not text.isprintable() or "\\" in text:
        raise _refuse(given, "dags_folder", "a printable path with `/`")
    path = PurePosixPath(text)
    if path.is_absolute() or not path.parts or ".." in path.parts:
        raise _refuse(given, "dags_folder", "a relative path to a folder below the workspace")
    if OFF_LIMITS.intersection(part.lower() for part in path.parts):
        raise _refuse(given, "dags_folder", "a folder outside .git and .dagctl")
    return path.as_posix()


def _one_of(key: str, *choices: str) -> Callable[[Given], str]:
    expected = " or ".join(f'"{choice}"' for choice in choices)

    def check(given: Given) -> str:
        if isinstance(given.value, str) and given.value in choices:
            return given.value
        raise _refuse(given, key, expected)

    return check


def _lock_timeout(given: Given) -> float:
    number = given.value
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise _refuse(given, "lock_timeout", "a number of seconds")
    if not 0 <= number <= LONGEST_WAIT:
        raise _refuse(given, "lock_timeout", f"from 0 to {LONGEST_WAIT} seconds")
    return float(number)


CHECKS: Mapping[str, Callable[[Given], object]] = {
    "project_id": _project_id,
    "dags_folder": _dags_folder,
    "airflow": _one_of("airflow", "2", "3"),
    "backend": _one_of("backend", "local"),
    "lock_timeout": _lock_timeout,
}
"""Each key, and what makes its value good; the order is that of `dagctl.toml`."""
