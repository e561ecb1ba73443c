"""The versions that the tests run with: each is pinned, with the hashes of its files."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONSTRAINTS = ROOT / "tests" / "constraints.txt"


def requirements() -> list[str]:
    """Return each requirement with its options, on one line."""
    text = CONSTRAINTS.read_text("utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_every_package_is_pinned_with_a_hash() -> None:
    assert len(requirements()) > 50
    for line in requirements():
        assert re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*==\S+ ", line), line
        assert re.search(r" --hash=sha256:[0-9a-f]{64}", line), line


def test_nothing_is_installed_for_the_tests_without_its_hash() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    setup = makefile.partition("$(SETUP):")[2].partition("\n\n")[0]
    installs = [line for line in setup.splitlines() if "pip install" in line]
    assert installs
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)
    assert "--generate-hashes" in makefile.partition("lock: ")[2]
