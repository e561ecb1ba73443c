"""The versions that the tests run with: each is pinned, with the hashes of its files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = [
    ROOT / "tests" / "constraints.txt",
    *sorted(file.with_suffix(".txt") for file in ROOT.glob("tests/airflow/*.in")),
    *sorted(file.with_suffix(".txt") for file in ROOT.glob("bench/*.in")),
]


def requirements(lock: Path) -> list[str]:
    """Return each requirement with its options, on one line."""
    text = lock.read_text("utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_is_pinned_with_a_hash(lock: Path) -> None:
    assert len(requirements(lock)) > 50
    for line in requirements(lock):
        assert re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*==\S+ ", line), line
        assert re.search(r" --hash=sha256:[0-9a-f]{64}", line), line


def test_nothing_is_installed_for_the_tests_without_its_hash() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    setup = makefile.partition("$(SETUP):")[2].partition("\n\n")[0]
    environment = (ROOT / "scripts" / "environment").read_text("utf-8")
    lines = [*setup.splitlines(), *environment.splitlines()]
    installs = [line for line in lines if "pip install" in line]
    assert len(installs) > 2
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)
    compiles = [line for line in makefile.splitlines() if "pip compile" in line]
    assert compiles
    assert all("--generate-hashes" in line for line in compiles)
