"""Messages that quote a file or a program, cut to what a person and a log can take. Pure."""

from __future__ import annotations

from dagctl.patterns import lazy_pattern

LONGEST_WORD = 300
"""Characters without a space in between that are shown as they are."""
LONGEST = 6_000
"""Characters of a message, or of its next step."""
_LONG_WORD = lazy_pattern(rf"(?<!\S)(\S{{200}})\S{{{LONGEST_WORD - 249},}}(\S{{50}})")
_FIRST, _LAST = 4_500, 1_400
LONGEST_LINE = 1_000
"""Characters of a line of a diff."""
_LINE_FIRST, _LINE_LAST = 700, 200


def brief(text: str) -> str:
    """Return a message with the middle of overlong words left out, and its own middle.

    An argument of 100 kB is repeated by its beginning and its end, and so is what git or a hook
    says. A text that is short comes back as it is, and one that was cut is not cut again.
    """
    if len(text) <= LONGEST_WORD:
        return text
    text = _LONG_WORD.sub(r"\1...\2", text)
    if len(text) <= LONGEST:
        return text
    return f"{text[:_FIRST]} [...] {text[-_LAST:]}"


def brief_line(line: str) -> str:
    """Return a line with its middle left out if it is overlong; its end stays."""
    left = len(line) - _LINE_FIRST - _LINE_LAST
    if len(line) <= LONGEST_LINE:
        return line
    return f"{line[:_LINE_FIRST]} [... {left:,} characters ...] {line[-_LINE_LAST:]}"
