"""A human name as an id."""

import unicodedata

from dagctl.patterns import lazy_pattern

_OTHERS = lazy_pattern(r"[^a-z0-9]+")


def slug(text: str) -> str:
    """Return the name in lower-case ASCII letters, digits and `_`; empty if nothing of it is left.

    NFKD to ASCII, lower case, runs of other characters to one `_`, trimmed.
    """
    plain = _decomposed(text).encode("ascii", "ignore").decode("ascii")
    return _OTHERS.sub("_", plain.lower()).strip("_")


def lost_letters(text: str) -> str:
    """Return the letters and digits of a name that its slug leaves out, each once.

    An accent is none of them: the letter below it stays. A Cyrillic letter that looks like an `a`
    is one.
    """
    kinds = {char: unicodedata.category(char)[0] for char in _decomposed(text)}
    return "".join(char for char, kind in kinds.items() if not char.isascii() and kind in "LN")


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFKD", text)
