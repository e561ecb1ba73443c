"""What a person says of the Airflow that reads a Python file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.commands.specs.deployment import deployment
from dagctl.convert import Deployment
from dagctl.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def test_variables_are_those_of_an_export(tmp_path: Path) -> None:
    file = tmp_path / "variables.json"
    file.write_text(
        '{"a": "x", "b": {"c": 1}, "d": 7, "e": {"value": ["y"], "description": "Why"}, "f": null}'
    )
    made = deployment(file, ["A=1", "B=x=y", "C="])
    assert made.variables == {"a": "x", "b": '{"c": 1}', "d": "7", "e": '["y"]', "f": "null"}
    assert made.environment == {"A": "1", "B": "x=y", "C": ""}
    assert deployment(None, ()) == Deployment()


@pytest.mark.parametrize("text", ["[1]", "{", "[" * 100_000, "\ufeff{"])
def test_a_file_that_is_no_export_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "variables.json"
    file.write_text(text)
    with pytest.raises(UsageError) as raised:
        deployment(file, ())
    assert len(str(raised.value)) < 300


@pytest.mark.parametrize("text", ["A", "=x", ""])
def test_a_variable_of_the_environment_has_a_value(text: str) -> None:
    with pytest.raises(UsageError, match="has no value"):
        deployment(None, [text])


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a file"):
        deployment(tmp_path / "none.json", ())
