"""A target is a range of versions; what it has, all of them have."""

from __future__ import annotations

from dagctl.target import target_of


def test_a_series_has_what_all_its_versions_have() -> None:
    assert target_of("2").has((2, 9))
    assert not target_of("2").has((2, 10))
    assert target_of("3").has((3, 0))
    assert not target_of("3").has((3, 1))


def test_a_version_has_what_it_has() -> None:
    assert target_of("3.1").has((3, 1))
    assert not target_of("3.1").has((3, 2))
    assert target_of("2.11").has((2, 10))


def test_what_is_gone_is_not_there() -> None:
    assert target_of("2").has((2, 9), until=(2, 11))
    assert not target_of("3").has((2, 9), until=(2, 11))
    assert target_of("3.0").has((3, 0), until=(3, 0))
    assert not target_of("3").has((3, 0), until=(3, 1))


def test_a_release_belongs_to_a_target() -> None:
    assert target_of("3").includes("3.4.0b2")
    assert target_of("2.11").includes("2.11.2")
    assert not target_of("2.11").includes("2.10.5")
    assert not target_of("3").includes("2.11.2")
    assert not target_of("3").includes("unknown")
