"""The real project that `pytest --live` works on, for `tests/conftest.py`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.live.project import LiveProject, NotLiveError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["live"]


@pytest.fixture(scope="session")
def live(request: pytest.FixtureRequest) -> Iterator[LiveProject | None]:
    """The project that the environment names; None unless `--live` is given."""
    if not request.config.getoption("--live"):
        yield None
        return
    try:
        project = LiveProject.open(os.environ)
    except NotLiveError as error:
        pytest.skip(str(error))
    yield project
    project.close()
