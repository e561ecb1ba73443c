"""What can be wrong with a call of an operator."""

from __future__ import annotations

from enum import StrEnum

from dagctl.frozen import frozen


class CallCheck(StrEnum):
    """What a finding is about."""

    UNKNOWN_PARAMETER = "unknown_parameter"
    MISSING_PARAMETER = "missing_parameter"
    FIXED_PARAMETER = "fixed_parameter"
    """The operator gives it to its base itself."""
    GIVEN_TWICE = "given_twice"
    MISPLACED_PARAMETER = "misplaced_parameter"
    """A parameter of every task, which stands beside `with`."""
    OTHER_VERSION = "other_version"
    """A parameter that other versions have."""
    WRONG_KIND = "wrong_kind"
    POD_VALUE = "pod_value"
    """What loads, and fails when the pod is built of it, or has no effect there."""
    NOT_EXPANDABLE = "not_expandable"
    NOT_RENDERED = "not_rendered"
    """Jinja where Airflow does not render."""
    DEPRECATED_OPERATOR = "deprecated_operator"
    DEPRECATED_PARAMETER = "deprecated_parameter"
    OLD_PATH = "old_path"


class CallLevel(StrEnum):
    """How certain and how bad a finding is."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    """Nothing to do: the generated file has what is right."""


@frozen(kw_only=True)
class CallFinding:
    """Something about a call."""

    check: CallCheck
    level: CallLevel
    message: str
    hint: str | None = None
    path: tuple[str | int, ...] = ()
    """The parameter, and where in its value; empty for the call as a whole."""
    expanded: bool = False
    """The path starts in `expand`, not in `with`."""


def error(check: CallCheck, message: str, hint: str | None, *path: str | int) -> CallFinding:
    """Return that a call is certainly wrong, at a parameter or in its value."""
    return CallFinding(check=check, level=CallLevel.ERROR, message=message, hint=hint, path=path)


def warning(check: CallCheck, message: str, hint: str | None, *path: str | int) -> CallFinding:
    """Return that a call may be wrong, at a parameter or in its value."""
    return CallFinding(check=check, level=CallLevel.WARNING, message=message, hint=hint, path=path)
