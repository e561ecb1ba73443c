"""What the suites of attacks share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.attacks.victim import Victim, make_victim

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def victim(tmp_path: Path) -> Victim:
    """Return a user with a home folder of their own."""
    return make_victim(tmp_path)
