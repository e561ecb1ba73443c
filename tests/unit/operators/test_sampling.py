"""Which samples speak for a version of a provider."""

from __future__ import annotations

import pytest

from dagctl.operators.sampling import evidence
from dagctl.operators.targets import release, spans, targets

SAMPLES = [("2.10", "9.6.1"), ("2.11", "9.17.0"), ("3.0", "9.39.0"), ("3.1", "9.39.0")]
OLD, MIDDLE, NEW, NEWEST = 1, 2, 4, 8


@pytest.mark.parametrize(
    ("version", "mask", "expected"),
    [
        (None, NEWEST, True),
        (None, OLD, False),
        ("9.39.0", NEW | NEWEST, True),
        ("9.17.0", MIDDLE, True),
        ("9.17", MIDDLE, True),
        ("9.10.0", OLD | MIDDLE, True),
        ("9.10.0", NEW | NEWEST, False),
        ("9.10.0", MIDDLE | NEW | NEWEST, None),
        ("9.2.0", OLD, None),
        ("10.0.0", NEW | NEWEST, None),
        ("10.0.0", None, True),
    ],
)
def test_what_two_samples_agree_on_is_certain(
    version: str | None, mask: int | None, *, expected: bool | None
) -> None:
    speaks = evidence(SAMPLES, "3.1", version)
    assert speaks is not None
    assert speaks.says(mask) is expected


def test_a_provider_without_a_version_for_the_target_says_nothing() -> None:
    assert evidence(SAMPLES, "2.9", None) is None


def test_a_target_is_the_newest_release_that_its_words_mean() -> None:
    newest = targets()[-1]
    assert release("3") == newest
    assert release("2") == "2.11"
    assert release("3.1") == release("3.1.8") == "3.1"
    assert release("2.7.3") == "2.9"
    assert release("3.99") == newest
    for text in ("", "4", "1.10", "three", "99999999999999999999"):
        with pytest.raises(ValueError, match="version of Airflow"):
            release(text)


def test_spans_of_targets_in_words() -> None:
    assert spans(["2.9", "2.10", "2.11"]) == "Airflow 2.9 to 2.11"
    assert spans(["3.1", *targets()[-1:]]) == "Airflow 3.1 and later"
    assert spans(["2.11"]) == "Airflow 2.11"
