"""Which cases of a long list run each time, and which only in the sweep."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from _pytest.mark import ParameterSet

T = TypeVar("T")
SHARE = 0.12


def sampled(cases: Sequence[T], seed: int) -> list[T | ParameterSet]:
    """Return all cases; all but a sample, always the same one, are left to `make test-all`."""
    chosen = set(random.Random(seed).sample(range(len(cases)), int(SHARE * len(cases))))
    return [
        case if number in chosen else pytest.param(case, marks=pytest.mark.sweep, id=str(case))
        for number, case in enumerate(cases)
    ]
