"""Numbers for names that are taken."""

from __future__ import annotations

import pytest

from dagctl.errors import ConflictError
from dagctl.operation.dags.numbered_names import ASKED, grant_names, numbers_to_ask, without_number
from dagctl.ports import Claim


def claims(*names: str) -> list[Claim]:
    return [Claim(dag_id=name) for name in names]


def test_the_first_free_number_is_granted() -> None:
    assert grant_names(claims("x", "x", "y"), {"x", "x_2", "x_4"}) == ["x_3", "x_5", "y"]


def test_a_granted_number_may_be_the_name_that_another_claim_wishes() -> None:
    assert grant_names(claims("x", "x", "x_2"), set()) == ["x", "x_2", "x_2_2"]


def test_an_update_keeps_its_name_and_takes_none() -> None:
    update = Claim(dag_id="x", replaces="row", expected_version=1)
    assert grant_names([update, *claims("x")], {"x"}) == ["x", "x_2"]


def test_a_name_that_may_not_be_numbered_is_refused() -> None:
    with pytest.raises(ConflictError, match="`x` exists"):
        grant_names([Claim(dag_id="x", on_taken="fail")], {"x"})


def test_ids_that_differ_by_case_are_one_name() -> None:
    assert grant_names(claims("sales", "SALES"), {"Sales"}) == ["sales_2", "SALES_3"]
    with pytest.raises(ConflictError, match="`sales` exists"):
        grant_names([Claim(dag_id="sales", on_taken="fail")], {"Sales"})


@pytest.mark.parametrize(
    ("name", "base"),
    [("x", "x"), ("x_2", "x"), ("x_10", "x"), ("x_1", "x_1"), ("x_02", "x_02"), ("x_y", "x_y")],
)
def test_a_number_is_taken_off_again(name: str, base: str) -> None:
    assert without_number(name) == base


@pytest.mark.parametrize("taken", [0, 1, 2, 9, 10, 32, 700, 10_000])
def test_the_expected_names_are_the_granted_ones_and_cost_few_questions(taken: int) -> None:
    world = {"x", *(f"x_{n}" for n in range(2, taken + 1))} if taken else set()
    wishes = ["x", "y", "x"]
    known, asked, questions = world & set(wishes), 1, 0
    for most in ASKED:
        names = numbers_to_ask(wishes, known, asked, most)
        if not names:
            break
        known, asked, questions = known | (world & names), most, questions + 1
    assert grant_names(claims(*wishes), known) == grant_names(claims(*wishes), world)
    assert questions <= 2
