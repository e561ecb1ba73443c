"""Numbers for names that are taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.errors import ConflictError
from dagctl.operation.names import expected_names, grant_names
from dagctl.ports import Claim

if TYPE_CHECKING:
    from collections.abc import Collection


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


@pytest.mark.parametrize("taken", [0, 1, 2, 9, 10, 32, 700])
def test_the_expected_names_are_the_granted_ones_and_cost_few_questions(taken: int) -> None:
    world = {"x", *(f"x_{n}" for n in range(2, taken + 1))} if taken else set()
    asked = 0

    def find(names: Collection[str]) -> set[str]:
        nonlocal asked
        asked += 1
        return world & set(names)

    wanted = claims("x", "y", "x")
    assert expected_names(wanted, world & {"x"}, find) == grant_names(wanted, world)
    assert asked <= 6
