"""Which session a run uses."""

from __future__ import annotations

import pytest

from dagctl.errors import UsageError
from dagctl.session.session_source import SessionSource, profile_of, source_of

TOKEN = {"DAGCTL_ACCESS_TOKEN": "t"}
PASSWORD = {"DAGCTL_EMAIL": "e", "DAGCTL_PASSWORD": "p"}


@pytest.mark.parametrize(
    ("environ", "source"),
    [
        (TOKEN | PASSWORD, SessionSource.TOKEN),
        (PASSWORD, SessionSource.PASSWORD),
        (PASSWORD | {"DAGCTL_ACCESS_TOKEN": ""}, SessionSource.PASSWORD),
        ({"DAGCTL_EMAIL": "e"}, SessionSource.STORED),
        ({"DAGCTL_PASSWORD": "p"}, SessionSource.STORED),
        ({}, SessionSource.STORED),
    ],
)
def test_the_environment_wins_over_a_login(environ: dict[str, str], source: SessionSource) -> None:
    assert source_of(environ) is source


def test_a_flag_wins_over_the_variable_for_the_profile() -> None:
    assert profile_of({}) == "default"
    assert profile_of({"DAGCTL_PROFILE": "ci"}) == "ci"
    assert profile_of({"DAGCTL_PROFILE": "ci"}, "bot") == "bot"


@pytest.mark.parametrize("name", ["..", "a/b", "-x", "a b", "a" * 65, "a\n", "ä"])
def test_a_profile_is_a_plain_name(name: str) -> None:
    with pytest.raises(UsageError):
        profile_of({}, name)
