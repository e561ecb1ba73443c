"""Variables that look as if dagctl should read them."""

from __future__ import annotations

import re

import pytest

from dagctl.cli.arguments.topics import ENVIRONMENT
from dagctl.commands.specs.environment import VARIABLES, misspelt, unknown


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("DAGCTL_BACKEDN", "DAGCTL_BACKEND"),
        ("DAGCTL_AIRFLOWS", "DAGCTL_AIRFLOW"),
        ("DAGCTL_PROJECT", "DAGCTL_PROJECT_ID"),
        ("DAGCTL_PASWORD", "DAGCTL_PASSWORD"),
        ("DAGCTL_URL", "DAGCTL_SUPABASE_URL"),
        ("DAGCTL_TOKEN", "DAGCTL_ACCESS_TOKEN"),
    ],
)
def test_a_misspelt_variable_has_a_near_name(name: str, meant: str) -> None:
    assert misspelt([name, "PATH"]) == {name: meant}


@pytest.mark.parametrize("name", ["DAGCTL_VERSION", "DAGCTL_HOME", "DAGCTL_", "MY_DAGCTL_BACKEDN"])
def test_another_programs_variable_is_nobodys_mistake(name: str) -> None:
    assert misspelt([name]) == {}


def test_what_dagctl_reads_is_known() -> None:
    assert unknown(VARIABLES) == ()
    assert unknown(["DAGCTL_Y", "DAGCTL_X", "PATH"]) == ("DAGCTL_X", "DAGCTL_Y")


def test_the_help_page_names_each_variable() -> None:
    assert set(re.findall(r"^  (DAGCTL_\w+) ", ENVIRONMENT, re.MULTILINE)) == set(VARIABLES)
