r"""Ids: what Airflow, git, URLs and file systems all take unchanged.

Airflow's own pattern ends in `$` and is used with `match`: there, `demo\n` and `..` pass.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from dagctl.patterns import lazy_pattern
from dagctl.spec.codes import Code
from dagctl.spec.problem import Problem, refuse
from dagctl.spec.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_DAG_ID = 200
"""What a spec may ask for; a number that is added to a taken name still fits into Airflow's 250."""

MAX_TASK_ID = 250
"""As Airflow: an id over 250 characters stops the import."""

_SHAPE = r"[A-Za-z0-9_][A-Za-z0-9_.\-]"
MAX_GROUP_ID = 200
"""As Airflow."""
GROUP_PATTERN = rf"[A-Za-z0-9_][A-Za-z0-9_\-]{{0,{MAX_GROUP_ID - 1}}}"
"""The regular expression of a group's own id."""
_GROUP = lazy_pattern(GROUP_PATTERN)
_GROUP_WHOLE = lazy_pattern(r"[A-Za-z0-9_][A-Za-z0-9_\-]*+")
_EXAMPLE = "load_orders"
_READ = 2 * MAX_TASK_ID
"""Characters of a bad id that a suggestion is made of."""
_WHOLE = lazy_pattern(f"{_SHAPE}*+")
_FOREIGN = lazy_pattern(r"[^A-Za-z0-9_.\-]+")


def pattern(limit: int) -> str:
    """Return the regular expression of a whole id with at most `limit` characters."""
    return f"{_SHAPE}{{0,{limit - 1}}}"


def id_check(code: Code, limit: int) -> Callable[[str], str]:
    """Return the check that keeps an id or raises with a suggestion."""
    shape = lazy_pattern(pattern(limit))

    def check(text: str) -> str:
        if not shape.fullmatch(text):
            refuse(_problems(code, text, limit))
        return text

    return check


def _problems(code: Code, text: str, limit: int) -> Iterator[Problem]:
    if len(text) > limit:
        message = f"the id has {len(text):,} characters; at most {limit} are allowed"
        yield Problem(code, message, "shorten it")
    if not _WHOLE.fullmatch(text):
        message = (
            f"{quoted(text)} is not a valid id: use ASCII letters, digits, `_`, `-` and `.`, "
            "starting with a letter, a digit or `_`"
        )
        yield Problem(code, message, f"for example `{_suggest(text)[:limit] or _EXAMPLE}`")


def _suggest(text: str) -> str:
    cut = text[:_READ]  # to make ASCII of a long text can take the square of its length
    plain = unicodedata.normalize("NFKD", cut).encode("ascii", "ignore").decode("ascii")
    return _FOREIGN.sub("_", plain).strip("_.-")


def check_group_id(text: str) -> str:
    """Return the id of a group unchanged, or raise a pydantic error.

    Airflow joins ids with dots, so that a group's own id has none.
    """
    if not _GROUP.fullmatch(text):
        refuse(_group_problems(text))
    return text


def _group_problems(text: str) -> Iterator[Problem]:
    if len(text) > MAX_GROUP_ID:
        message = f"the id has {len(text):,} characters; at most {MAX_GROUP_ID} are allowed"
        yield Problem(Code.BAD_TASK_ID, message, "shorten it")
    if not _GROUP_WHOLE.fullmatch(text):
        message = (
            f"{quoted(text)} is not a valid id of a group: use ASCII letters, digits, `_` and "
            "`-`, starting with a letter, a digit or `_`"
        )
        near = _suggest(text).replace(".", "_")[:MAX_GROUP_ID]
        yield Problem(Code.BAD_TASK_ID, message, f"for example `{near or _EXAMPLE}`")


check_dag_id = id_check(Code.BAD_DAG_ID, MAX_DAG_ID)
check_task_id = id_check(Code.BAD_TASK_ID, MAX_TASK_ID)
