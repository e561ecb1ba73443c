"""What makes the value of each setting good."""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from dagctl.errors import UsageError
from dagctl.findings.codes import Code
from dagctl.next_step import Command, Fix
from dagctl.paths import is_remote_name, is_reserved
from dagctl.spec.fields.project_id import uuid_of
from dagctl.target import TARGET_EXAMPLE, target_of, with_providers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

EXAMPLE_ID = "123e4567-e89b-12d3-a456-426614174000"

LONGEST_WAIT = 86_400
"""The most seconds that `lock_timeout` may be: a day."""
LONGEST_PUSH = 3600
"""The most seconds that one fetch or push may take."""


class SourcedValue(NamedTuple):
    """A value as it was given, and where."""

    value: object
    origin: str


def _refuse(
    given: SourcedValue, key: str, expected: str, *, hint: Fix | str | None = None
) -> UsageError:
    # a flag and a variable have but one value; a file's line may be about another key as well
    subject = f"{given.origin}: `{key}`" if _is_of_file(given) else given.origin
    return UsageError(f"{subject} must be {expected}, not {given.value!r}", hint=hint)


def _is_of_file(given: SourcedValue) -> bool:
    return not given.origin.startswith(("--", "DAGCTL_"))


def _project_id(given: SourcedValue) -> str:
    project_id = uuid_of(given.value) if isinstance(given.value, str) else None
    if project_id is None:
        expected = "a UUID in quotes" if _is_of_file(given) else "a UUID"
        raise _refuse(given, "project_id", expected, hint=f"such as {EXAMPLE_ID}")
    return str(project_id)


def _dags_folder(given: SourcedValue) -> str:
    text = given.value
    if not isinstance(text, str) or not text.isprintable() or "\\" in text:
        raise _refuse(given, "dags_folder", "a printable path with `/`")
    path = PurePosixPath(text)
    if path.is_absolute() or not path.parts or ".." in path.parts:
        raise _refuse(given, "dags_folder", "a relative path to a folder below the workspace")
    if any(map(is_reserved, path.parts)):
        raise _refuse(given, "dags_folder", "a folder outside .git and .dagctl")
    return path.as_posix()


def _one_of(key: str, *choices: str) -> Callable[[SourcedValue], str]:
    expected = " or ".join(f'"{choice}"' for choice in choices)

    def check(given: SourcedValue) -> str:
        if isinstance(given.value, str) and given.value in choices:
            return given.value
        near = get_close_matches(str(given.value), choices, n=1)
        raise _refuse(given, key, expected, hint=f'did you mean "{near[0]}"?' if near else None)

    return check


def _airflow(given: SourcedValue) -> str:
    try:
        return target_of(given.value if isinstance(given.value, str) else "").full_name
    except ValueError:
        raise _refuse(given, "airflow", f'"2", "3" or {TARGET_EXAMPLE}') from None


def _providers(given: SourcedValue) -> dict[str, str]:
    table = given.value
    if not isinstance(table, dict):
        raise _refuse(given, "providers", 'a table such as: amazon = "9.4.0"')
    for name, version in table.items():
        if not isinstance(version, str):
            raise _refuse(given, f"providers.{name}", "a version in quotes")
    try:
        return dict(target_of(with_providers("3", table)).providers)
    except ValueError as error:
        hint = "dagctl operators WORD shows the providers"
        raise UsageError(f"{given.origin}: {error}", hint=hint) from None


def _seconds(key: str, least: int, most: int) -> Callable[[SourcedValue], float]:
    def check(given: SourcedValue) -> float:
        number = given.value
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise _refuse(given, key, "a number of seconds")
        if not least <= number <= most:
            raise _refuse(given, key, f"from {least} to {most} seconds")
        return float(number)

    return check


def _url(given: SourcedValue) -> str:
    from dagctl.endpoint import checked_url

    return _of_endpoint(given, checked_url)


def _key(given: SourcedValue) -> str:
    from dagctl.endpoint import checked_key

    return _of_endpoint(given, checked_key)


def _of_endpoint(given: SourcedValue, checked: Callable[[str], str]) -> str:
    """Return the checked value, which is never quoted: it may be a secret."""
    try:
        return checked(given.value if isinstance(given.value, str) else "")
    except UsageError as error:
        raise UsageError(f"{given.origin}: {error.message}", hint=error.hint) from error


def _bucket(given: SourcedValue) -> str:
    name = given.value
    if isinstance(name, str) and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", name):
        return name
    raise _refuse(given, "bucket", "the name of a bucket")


def _remote(given: SourcedValue) -> str:
    name = given.value
    if isinstance(name, str) and is_remote_name(name):
        return name
    raise _refuse(given, "remote", "the name of a git remote, such as origin (no address)")


def _publish_from(given: SourcedValue) -> tuple[str, ...]:
    names = given.value
    if not isinstance(names, list) or not all(isinstance(n, str) and n.strip() for n in names):
        raise _refuse(given, "publish_from", 'a list of branches, such as ["main"]')
    return tuple(name.strip().removeprefix("refs/heads/") for name in names)


def _strict(given: SourcedValue) -> bool:
    if isinstance(given.value, bool):
        return given.value
    raise _refuse(given, "strict", "true or false")


def _ignored(given: SourcedValue) -> tuple[str, ...]:
    codes = given.value
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        raise _refuse(given, "ignore", 'a list of codes, such as ["DAG454"]')
    known = {str(code) for code in Code}
    for code in codes:
        if code not in known:
            near = get_close_matches(code, known, n=1)
            hint = f'did you mean "{near[0]}"?' if near else Fix(Command("explain", "--list"))
            raise UsageError(f"{given.origin}: there is no code {code!r}", hint=hint)
    return tuple(codes)


CHECKS: Mapping[str, Callable[[SourcedValue], object]] = {
    "project_id": _project_id,
    "dags_folder": _dags_folder,
    "airflow": _airflow,
    "providers": _providers,
    "backend": _one_of("backend", "local", "supabase"),
    "lock_timeout": _seconds("lock_timeout", 0, LONGEST_WAIT),
    "git_remote": _remote,
    "push": _one_of("push", "never", "always"),
    "push_timeout": _seconds("timeout", 1, LONGEST_PUSH),
    "publish_from": _publish_from,
    "supabase_url": _url,
    "supabase_key": _key,
    "supabase_bucket": _bucket,
    "strict": _strict,
    "ignore": _ignored,
}
"""Each key, and what makes its value good; the order is that of `dagctl.toml`."""
