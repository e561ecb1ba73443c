"""Lengths of time: what is none is a problem, never an exception."""

from __future__ import annotations

import pytest

from dagctl.spec.fields.durations import duration_problem


@pytest.mark.parametrize("text", ["250142269w", "2147483647d", "99999999999s", "5", "1h1h", ""])
def test_what_is_no_length_of_time_or_too_long_is_a_problem(text: str) -> None:
    assert duration_problem(text) is not None


@pytest.mark.parametrize("text", ["30s", "1h30m", "1w", "PT5M"])
def test_a_length_of_time_is_none(text: str) -> None:
    assert duration_problem(text) is None
