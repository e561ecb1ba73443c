"""Values that a class refuses when it is made, by checks of its own that no annotation says.

Read from the constructors of the providers, and what these call; `tests/airflow` compares both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.operators.call_findings import CallCheck, error
from dagctl.operators.near import near_parameter
from dagctl.operators.shown_names import quoted
from dagctl.text.template_signs import has_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dagctl.operators.call_findings import CallFinding

    Check = Callable[[str, Any], Iterator[CallFinding]]

_MODES = ("poke", "reschedule")
_NOT_NEGATIVE = ("poke_interval", "timeout")
_STATES = (
    *("success", "failed", "skipped", "upstream_failed", "running", "queued", "scheduled"),
    *("removed", "restarting", "up_for_retry", "up_for_reschedule", "deferred", "awaiting_input"),
    "shutdown",
)
"""The states of tasks and runs in any Airflow."""
_RUN_STATES = ("success", "failed", "running", "queued")
"""The states of runs."""
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""The days that an operator takes, in letters of any case."""
_COLUMN_CHECKS = ("null_check", "distinct_check", "unique_check", "min", "max")
_LIMITS = ("equal_to", "greater_than", "geq_to", "less_than", "leq_to")


def sensor_refusals(name: str, value: Any) -> Iterator[CallFinding]:  # noqa: ANN401 - any value
    """Yield what every sensor refuses when it is made, as `BaseSensorOperator` does."""
    message = hint = None
    if name == "mode" and isinstance(value, str) and value not in _MODES:
        message, hint = f"no sensor has the mode {quoted(value)}", "write `poke` or `reschedule`"
    elif name in _NOT_NEGATIVE and type(value) in {int, float} and value < 0:
        message, hint = f"{quoted(name)} cannot be negative", "write 0 or more"
    if message:
        yield error(CallCheck.WRONG_KIND, message, hint, name)


def refusals(operator: str, name: str, value: Any) -> Iterator[CallFinding]:  # noqa: ANN401 - likewise
    """Yield what a class refuses of one of its parameters.

    Args:
        operator: The name of the class.
        name: The parameter.
        value: What it is given.
    """
    check = _CHECKS.get((operator, name))
    if check is not None:
        yield from check(name, value)


def _states_of(known: Sequence[str], message: str) -> Check:
    return lambda name, value: _words(name, value, known, message, "write `success` or `failed`")


def _days(name: str, value: Any) -> Iterator[CallFinding]:  # noqa: ANN401 - likewise
    given = value if isinstance(value, list) else [value]
    folded = [item.capitalize() if isinstance(item, str) else item for item in given]
    one_or_more = folded if isinstance(value, list) else folded[0]
    yield from _words(name, one_or_more, DAYS, "there is no day {}", "write it out: `Monday`")


def _words(
    name: str,
    value: Any,  # noqa: ANN401 - likewise
    known: Sequence[str],
    message: str,
    hint: str,
) -> Iterator[CallFinding]:
    """Yield each text, alone or in a list, that is none of some words."""
    given: list[tuple[tuple[int, ...], Any]] = [((), value)]
    if isinstance(value, list):
        given = [((place,), item) for place, item in enumerate(value)]
    for path, word in given:
        if isinstance(word, str) and word not in known and not has_code(word):
            near = near_parameter(word, known)
            text = message.format(quoted(word))
            instead = f"did you mean {quoted(near)}?" if near else hint
            yield error(CallCheck.WRONG_KIND, text, instead, name, *path)


def _column_checks(name: str, value: Any) -> Iterator[CallFinding]:  # noqa: ANN401 - likewise
    """Yield what `SQLColumnCheckOperator` refuses of its checks of columns."""
    for column, checks in _items(value):
        for check, limits in _items(checks):
            path = (name, column, check)
            if check not in _COLUMN_CHECKS:
                near = near_parameter(check, _COLUMN_CHECKS)
                hint = f"did you mean {quoted(near)}?" if near else _listed(_COLUMN_CHECKS)
                message = f"there is no check {quoted(check)} of a column"
                yield error(CallCheck.WRONG_KIND, message, hint, *path)
            elif isinstance(limits, dict) and limits.keys().isdisjoint(_LIMITS):
                message = f"{quoted(check)} says no limit"
                yield error(CallCheck.WRONG_KIND, message, _listed(_LIMITS), *path)
            elif isinstance(limits, dict) and _is_between_and_equal(limits):
                message = "`equal_to` cannot stand beside another limit"
                yield error(CallCheck.WRONG_KIND, message, "remove one of them", *path, "equal_to")


def _is_between_and_equal(limits: dict[str, Any]) -> bool:
    return "equal_to" in limits and not limits.keys().isdisjoint(_LIMITS[1:])


def _table_checks(name: str, value: Any) -> Iterator[CallFinding]:  # noqa: ANN401 - likewise
    """Yield the checks of a table that have no statement: `SQLTableCheckOperator` reads it."""
    for check, given in _items(value):
        if isinstance(given, dict) and "check_statement" not in given:
            message = f"the check {quoted(check)} has no `check_statement`"
            hint = "write `check_statement: COUNT(*) > 0`"
            yield error(CallCheck.WRONG_KIND, message, hint, name, check)


def _length(name: str, value: Any) -> Iterator[CallFinding]:  # noqa: ANN401 - likewise
    """Yield a number where a length of time is taken from a time: the task would fail."""
    if type(value) in {int, float} and value:
        message = f"{quoted(name)} takes a length of time, not a number"
        yield error(CallCheck.WRONG_KIND, message, f"write `{value:g}s`, or another unit", name)


def _items(value: Any) -> list[tuple[str, Any]]:  # noqa: ANN401 - likewise
    """Return the pairs of a mapping that is no marker."""
    pairs = list(value.items()) if isinstance(value, dict) else []
    return [] if any(str(key).startswith("$") for key, _ in pairs) else pairs


def _listed(words: Sequence[str]) -> str:
    return f"write one of {', '.join(words)}"


_OF_ANY_STATE = _states_of(_STATES, "no task and no run has the state {}")
_OF_RUNS = _states_of(_RUN_STATES, "no run has the state {}")
_CHECKS: dict[tuple[str, str], Check] = {
    ("ExternalTaskSensor", "allowed_states"): _OF_ANY_STATE,
    ("ExternalTaskSensor", "skipped_states"): _OF_ANY_STATE,
    ("ExternalTaskSensor", "failed_states"): _OF_ANY_STATE,
    ("TriggerDagRunOperator", "allowed_states"): _OF_RUNS,
    ("TriggerDagRunOperator", "failed_states"): _OF_RUNS,
    ("BranchDayOfWeekOperator", "week_day"): _days,
    ("DayOfWeekSensor", "week_day"): _days,
    ("ExternalTaskSensor", "execution_delta"): _length,
    ("SQLColumnCheckOperator", "column_mapping"): _column_checks,
    ("SQLTableCheckOperator", "checks"): _table_checks,
}
