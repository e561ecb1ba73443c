"""The next step after a failure, as each face words it."""

from __future__ import annotations

import pytest

from dagctl.errors import ConflictError, DagctlError, UnavailableError, then_recover
from dagctl.next_step import FORCE, NUMBER, RECOVER, TRY_LATER, UPDATE, Fix, again


@pytest.mark.parametrize(
    ("fix", "words"),
    [
        (Fix("run `", RECOVER, "` there"), "run `dagctl recover` there"),
        (Fix(UPDATE, " changes it, ", FORCE, " too"), "--if-exists update changes it, --force too"),
        (again("free some space"), "free some space, then try again"),
        (TRY_LATER, "try again later"),
    ],
)
def test_the_command_line_reads_a_sentence(fix: Fix, words: str) -> None:
    assert ConflictError("no", hint=fix).hint == words


def test_another_face_takes_its_own_words() -> None:
    fix = Fix("choose another dag_id, or ", NUMBER)
    assert fix.worded({NUMBER: "if_exists=number"}) == "choose another dag_id, or if_exists=number"


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (UnavailableError("down", hint=TRY_LATER), "try again later: dagctl recover"),
        (UnavailableError("full", hint=again("free some")), "free some, then dagctl recover"),
        (ConflictError("held", hint="wait for it"), "wait for it, then dagctl recover"),
        (ConflictError("held", hint=Fix(RECOVER, " there")), "dagctl recover there"),
        (DagctlError("no idea"), "dagctl recover"),
    ],
)
def test_what_is_unfinished_is_recovered_after_the_step_of_its_cause(
    cause: DagctlError, words: str
) -> None:
    assert str(then_recover(cause)) == words
