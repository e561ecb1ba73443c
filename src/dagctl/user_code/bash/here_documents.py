"""Here-documents: the word behind `<<`, and the line that ends the text. Pure, linear."""

from __future__ import annotations

from typing import NamedTuple

from dagctl.patterns import lazy_pattern
from dagctl.user_code.bash.keywords import Fault

_DELIMITER = lazy_pattern(
    r"""[ \t]*(?:'([^'\n\x01]+)'|"([^"\\$`\n\x01]+)"|(\\?)([\w.!%+,/:=@^-]+))(?=[\s;&|)<>]|\Z)"""
)


class HereDocument(NamedTuple):
    """A here-document: where its sign is, the sign, the word that ends it, whether it is quoted."""

    start: int
    sign: str
    end: str
    is_quoted: bool

    def ending(self, text: str, at: int) -> tuple[int, int] | None:
        """Return where the line that ends it begins and ends, from a line on."""
        while at <= len(text):
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            line = text[at:end]
            if self.end == (line.lstrip("\t") if self.sign == "<<-" else line):
                return at, end
            at = end + 1
        return None

    def endless(self, behind: str) -> Fault:
        """Return what is wrong with one that does not end in the text behind its line."""
        end = self.end
        hint = f"write `{end}` alone on a line behind the text"
        if any(line.strip() == end for line in behind.split("\n")):
            hint = f"`{end}` must stand at the start of its line, with no blank behind it"
        message = f"the text of `{self.sign}{end}` has no end: bash takes all that follows for text"
        return Fault(self.start, self.start + len(self.sign), message, hint, stops=False)


def document_at(text: str, start: int, sign: str) -> tuple[HereDocument, int] | None:
    """Return the here-document whose sign stands at a place, and where its word ends.

    None: it is not known which line ends it.
    """
    word = _DELIMITER.match(text, start + len(sign))
    if word is None:
        return None
    is_quoted = not word[4] or word[3] != ""
    return HereDocument(start, sign, word[1] or word[2] or word[4], is_quoted), word.end()
