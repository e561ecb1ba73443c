r"""Ids: what Airflow, git, URLs and file systems all take unchanged.

Airflow's own pattern ends in `$` and is used with `match`: there, `demo\n` and `..` pass.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem, refuse
from dagctl.findings.wording import quoted
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_DAG_ID = 200
"""What a spec may ask for; a number that is added to a taken name still fits into Airflow's 250."""

MAX_TASK_ID = 250
"""As Airflow: an id over 250 characters stops the import."""

MAX_GROUP_ID = 200
"""As Airflow."""
_EXAMPLE = "load_orders"
_READ = 2 * MAX_TASK_ID
"""Characters of a bad id that a suggestion is made of."""
_FOREIGN = lazy_pattern(r"[^A-Za-z0-9_.\-]+")


def pattern(limit: int, more: str = ".") -> str:
    """Return the regular expression of a whole id with at most `limit` characters.

    Args:
        limit: The most characters.
        more: What it may have besides letters, digits, `_` and `-`.
    """
    return rf"[A-Za-z0-9_][A-Za-z0-9_{more}\-]{{0,{limit - 1}}}"


GROUP_PATTERN = pattern(MAX_GROUP_ID, more="")
"""The regular expression of a group's own id. Airflow joins ids with dots, so it has none."""


def id_check(code: Code, limit: int, *, of_a_group: bool = False) -> Callable[[str], str]:
    """Return the check that keeps an id or raises a pydantic error with a suggestion."""
    more = "" if of_a_group else "."
    whole = lazy_pattern(pattern(limit, more))
    of_any_length = lazy_pattern(rf"[A-Za-z0-9_][A-Za-z0-9_{more}\-]*+")

    def problems(text: str) -> Iterator[Problem]:
        if not text.strip():
            yield Problem(Code.BLANK, "the id is empty", f"for example `{_EXAMPLE}`")
            return
        if len(text) > limit:
            message = f"the id has {len(text):,} characters; at most {limit} are allowed"
            yield Problem(code, message, "shorten it")
        if not of_any_length.fullmatch(text):
            what = "id of a group" if of_a_group else "id"
            characters = "`_` and `-`" if of_a_group else "`_`, `-` and `.`"
            message = (
                f"{quoted(text)} is not a valid {what}: use ASCII letters, digits, {characters}, "
                "starting with a letter, a digit or `_`"
            )
            near = _suggest(text).replace(".", more or "_")[:limit]
            yield Problem(code, message, f"for example `{near or _EXAMPLE}`")

    def check(text: str) -> str:
        if not whole.fullmatch(text):
            refuse(problems(text))
        return text

    return check


def _suggest(text: str) -> str:
    cut = text[:_READ]  # to make ASCII of a long text can take the square of its length
    plain = unicodedata.normalize("NFKD", cut).encode("ascii", "ignore").decode("ascii")
    return _FOREIGN.sub("_", plain).strip("_.-")


check_dag_id = id_check(Code.BAD_DAG_ID, MAX_DAG_ID)
check_task_id = id_check(Code.BAD_TASK_ID, MAX_TASK_ID)
check_group_id = id_check(Code.BAD_TASK_ID, MAX_GROUP_ID, of_a_group=True)
