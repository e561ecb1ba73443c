"""Every template of the gallery gives a good spec, with its comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.spec.load import check_spec
from tests.unit.template.gallery import GALLERY, NAMES, example_of, template_of

if TYPE_CHECKING:
    from pathlib import Path


def test_there_is_a_template_for_the_jobs_of_a_data_team() -> None:
    assert len(GALLERY) >= 12


@pytest.mark.parametrize("airflow", ["2", "3"])
@pytest.mark.parametrize("path", GALLERY, ids=NAMES)
def test_an_example_of_each_template_is_a_spec_without_a_warning(path: Path, airflow: str) -> None:
    text = example_of(path)

    assert check_spec(text, airflow=airflow).diagnostics == ()
    assert "${{" not in text
    assert "template:" not in text


@pytest.mark.parametrize("path", GALLERY, ids=NAMES)
def test_each_is_named_as_its_file_and_explains_its_parameters(path: Path) -> None:
    template = template_of(path)

    assert template.name == path.stem
    assert template.description
    assert [each.name for each in template.parameters if not each.description] == []
    required = [each for each in template.parameters if each.is_required]
    assert [each.name for each in required if each.example is None] == []


@pytest.mark.parametrize("path", GALLERY, ids=NAMES)
def test_comments_and_the_order_of_the_keys_stay(path: Path) -> None:
    template, text = template_of(path), example_of(path)
    lines = template.document.text.splitlines()
    comments = [line for line in lines if line.lstrip().startswith("#")]

    assert [line for line in text.splitlines() if line.lstrip().startswith("#")] == comments
    assert list(template.data) == [
        line.partition(":")[0] for line in text.splitlines() if line[:1].isalpha()
    ]
