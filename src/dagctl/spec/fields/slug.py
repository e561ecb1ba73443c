"""A human name as an id."""

import unicodedata

from dagctl.patterns import lazy_pattern

_OTHERS = lazy_pattern(r"[^a-z0-9]+")


def slug(text: str) -> str:
    """Return the name in lower-case ASCII letters, digits and `_`; empty if nothing of it is left.

    NFKD to ASCII, lower case, runs of other characters to one `_`, trimmed.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return _OTHERS.sub("_", plain.lower()).strip("_")
