"""The keys of the context that code reads: some that Airflow 3 no longer has, or never had."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem, warning
from dagctl.findings.wording import did_you_mean, quoted
from dagctl.user_code.airflow_context import CONTEXT_KEYS, GONE_IN_3, attribute_slip
from dagctl.user_code.python.code_advice import required
from dagctl.user_code.python.findings import place_of_node

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

    from dagctl.text.lines import TextRange
    from dagctl.user_code.python.code_reads import Read
    from dagctl.user_code.python.source_lines import CodeText

_DAY = '.strftime("%Y-%m-%d")'
_DIGITS = '.strftime("%Y%m%d")'
_LAST = 'context["prev_data_interval_start_success"]'
_NEXT = 'context["data_interval_end"]'
_DATE = 'context["logical_date"]'
REPLACEMENTS = {
    "execution_date": _DATE,
    "next_execution_date": _NEXT,
    "prev_execution_date": _LAST,
    "prev_execution_date_success": _LAST,
    "next_ds": _NEXT + _DAY,
    "next_ds_nodash": _NEXT + _DIGITS,
    "prev_ds": _LAST + _DAY,
    "prev_ds_nodash": _LAST + _DIGITS,
    "tomorrow_ds": f"{_DATE}.add(days=1){_DAY}",
    "tomorrow_ds_nodash": f"{_DATE}.add(days=1){_DIGITS}",
    "yesterday_ds": f"{_DATE}.subtract(days=1){_DAY}",
    "yesterday_ds_nodash": f"{_DATE}.subtract(days=1){_DIGITS}",
    "conf": "`from airflow.configuration import conf`",
    "triggering_dataset_events": 'context["triggering_asset_events"]',
}
"""What to write in code instead of a key that Airflow 3 no longer has."""


def key_warnings(read: Read, given: frozenset[str]) -> Iterator[Problem]:
    """Yield a warning for a key that Airflow 3 has no more, or that no Airflow ever had.

    Args:
        read: The key, as in `context["key"]`.
        given: The arguments that the function is called with: they stand in the context too.
    """
    key = read.name
    if key in given:
        return
    if read.asks:
        yield from _asked(key, read.place)
    elif key in GONE_IN_3:
        yield _gone(key, read.place, certain=read.certain)
    elif key not in CONTEXT_KEYS:
        yield warning(
            Code.UNKNOWN_VARIABLE,
            f"Airflow's context has no {quoted(key)}: the task would fail with a KeyError",
            did_you_mean(key, CONTEXT_KEYS) or "read it from `params`, or give it with `with`",
            read.place,
            fails_in=("2", "3") if read.certain else (),
        )


def _asked(key: str, place: TextRange) -> Iterator[Problem]:
    if key in GONE_IN_3:
        message = f"Airflow 3 has no {quoted(key)} in the context: `get` would return None"
        yield replace(_gone(key, place, certain=False), message=message)


def attribute_warnings(owner: str, read: Read, given: frozenset[str]) -> Iterator[Problem]:
    """Yield a warning for an attribute that an object in the context does not have.

    Args:
        owner: The key of the object, as in `context["ti"]`.
        read: Its attribute.
        given: The arguments that the function is called with.
    """
    slip = None if owner in given or owner == "var" else attribute_slip(owner, read.name)
    if slip:
        yield warning(
            Code.GONE_VARIABLE if slip.gone else Code.UNKNOWN_VARIABLE,
            slip.message,
            slip.hint,
            read.place,
            fails_in=slip.fails_in if read.certain else (),
        )


def gone_parameters(
    arguments: ast.arguments, given: frozenset[str], source: CodeText
) -> Iterator[Problem]:
    """Yield a warning for each required parameter that Airflow 2 fills, and Airflow 3 does not."""
    for parameter, _ in required(arguments):
        if parameter.arg in GONE_IN_3 and parameter.arg not in given:
            yield _gone(parameter.arg, place_of_node(parameter, source), certain=True)


def _gone(key: str, place: TextRange, *, certain: bool) -> Problem:
    instead = REPLACEMENTS.get(key)
    return warning(
        Code.GONE_VARIABLE,
        f"Airflow 3 has no {quoted(key)} in the context: the task would fail",
        f"write {instead}" if instead else "there is nothing in its place",
        place,
        fails_in=("3",) if certain else (),
    )
