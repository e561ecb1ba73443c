"""The first line of a spec that was made from a template."""

from __future__ import annotations

import pytest

from dagctl.template import DamagedStampError, stamp_for, stamp_of, stamped

TEXT = "# The name\ndag_name: Orders\n"
VALUES = {"name": "Café\n# x", "days": [1, 2], "at": {"a": None}}


def test_a_stamp_is_one_comment_that_gives_the_values_back() -> None:
    stamp = stamp_for("gallery/cleanup", 12, VALUES, TEXT)
    text = stamped(TEXT, stamp)

    assert text.count("\n") == TEXT.count("\n") + 1
    assert text.startswith("# ")
    assert stamp_of(text) == (stamp, TEXT)
    assert stamp_of("# of our team\n\n" + text) == (stamp, "# of our team\n\n" + TEXT)
    assert stamp_of(text.replace("\n", "\r\n")) == (stamp, TEXT.replace("\n", "\r\n"))


@pytest.mark.parametrize(
    "text", ["", "\n", TEXT, "a: |\n" + stamped("", stamp_for("a", 1, {}, ""))]
)
def test_only_the_comments_at_the_top_can_be_one(text: str) -> None:
    assert stamp_of(text) == (None, text)


@pytest.mark.parametrize(
    "line",
    [
        "# dagctl template cleanup@0 0123456789abcdef {}",
        "# dagctl template ../cleanup@1 0123456789abcdef {}",
        "# dagctl template cleanup@1 0123456789abcde {}",
        "# dagctl template cleanup@1 0123456789abcdef []",
        "# dagctl template cleanup@1 0123456789abcdef {name: x}",
        "# dagctl template cleanup@1 0123456789abcdef " + '{"a":' * 100_000 + "1" + "}" * 100_000,
        '# dagctl template cleanup@1 0123456789abcdef {"a": ' + "9" * 10_000 + "}",
    ],
)
def test_one_that_was_edited_is_damaged(line: str) -> None:
    with pytest.raises(DamagedStampError):
        stamp_of(f"{line}\n{TEXT}")
