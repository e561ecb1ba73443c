"""A diff is right where it is short, and bounded where it is long."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from dagctl.operation.comparison import line_diff as module
from dagctl.operation.comparison.line_diff import MOST_COMPARED, line_diff

if TYPE_CHECKING:
    from pathlib import Path

LONG = [f"line {number}\n" for number in range(3 * MOST_COMPARED)]


def test_a_short_text_is_compared_line_by_line() -> None:
    diff = line_diff("a", "b", ["1\n", "2\n", "3\n"], ["1\n", "3\n", "4"])
    assert diff == "--- a\n+++ b\n@@ -1,3 +1,3 @@\n 1\n-2\n 3\n+4\n"


@pytest.mark.parametrize(
    ("first", "last", "put"),
    [
        (0, 1, ["x\n"]),
        (1500, 1503, ["x\n", "y\n"]),
        (2999, 3000, []),
        (0, 3000, ["x\n"]),
        (5, 5, ["z\n"]),
    ],
)
def test_the_diff_of_a_long_text_can_be_applied(
    tmp_path: Path, first: int, last: int, put: list[str]
) -> None:
    new = [*LONG[:first], *put, *LONG[last:]]
    with patch.object(module, "unified_diff", side_effect=AssertionError):
        diff = line_diff("text", "text", LONG, new)
    (tmp_path / "text").write_text("".join(LONG), "utf-8")
    subprocess.run(["git", "apply", "-p0", "-"], cwd=tmp_path, input=diff.encode(), check=True)
    assert (tmp_path / "text").read_text("utf-8") == "".join(new)


def test_equal_texts_have_no_diff() -> None:
    assert line_diff("a", "b", LONG, list(LONG)) == ""
