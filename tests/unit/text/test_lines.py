from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dagctl.text.lines import Lines, TextRange

TEXTS = st.text(st.sampled_from("ab\n\r\f\u2028é"))


@given(TEXTS)
def test_each_offset_has_its_line_and_column(text: str) -> None:
    lines = Lines(text)
    parts = text.split("\n")

    assert len(lines) == len(parts)
    for offset in range(len(text) + 1):
        line, column = lines.position(offset)
        assert line == text.count("\n", 0, offset) + 1
        assert lines.offset(line, column) == offset
        assert lines.line(line) == parts[line - 1]
        assert text[lines.start(line) : lines.end(line)] == parts[line - 1]


def test_what_lies_beyond_the_text_is_its_end() -> None:
    lines = Lines("a\nbc")

    assert lines.offset(2, 40) == lines.offset(9, 40) == 4
    assert lines.line(3) == lines.line(0) == ""
    assert lines.place(2) == TextRange(2, 1, 2, 2)
    assert lines.place(2, 4) == TextRange(2, 1, 2, 3)
