"""Takes secrets out of text that people or logs will see.

The one place that knows which texts are secret: those of this process, which `remember` takes, and
any text that looks like a secret. Everything that is printed or logged about a failure passes here.
Each step takes time linear in the text.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from dagctl.patterns import lazy_pattern
from dagctl.token_formats import Token, find_tokens, replaced

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HIDDEN = "[redacted]"
_LONGEST_NAMED = 60
_LOOKED_AT = 65_536
"""Characters of a mistaken value that are searched for secrets; far fewer are shown."""
MOST_REMEMBERED = 512
"""How many secrets are remembered; the oldest are forgotten first."""
SHORTEST, SHORTEST_OF_OTHERS = 6, 8
"""Characters from which on a secret is hidden wherever it stands: one of dagctl's own, or a value
of another program's variable. A shorter one would hide parts of ordinary words."""

_remembered: dict[str, None] = {}
_NAME_OF_SECRET = lazy_pattern(
    "(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|ACCESS_KEY|PRIVATE_KEY|SECRET_KEY)$",
    re.IGNORECASE,
)
_OWN = frozenset({"DAGCTL_PASSWORD", "DAGCTL_ACCESS_TOKEN", "DAGCTL_REFRESH_TOKEN"})

_QUOTED_OR_WORD = r"""(?:"([^"\n]{1,4096})"|'([^'\n]{1,4096})'|([^\s&,;"')\]}]+))"""
_VALUE = rf"[\"']?\s{{0,9}}[=:]\s{{0,9}}{_QUOTED_OR_WORD}"
_NAMES = (
    *("passw(?:or)?d", "passphrase", "(?:refresh|access)_?token", "auth_code", "code_verifier"),
    *("client_secret", "secret_(?:access_)?key", "private_key", "api_?key"),
)
_PATTERNS = (
    # a JWT, or the beginning of one
    (("eyj",), r"eyJ[A-Z0-9_-]{5,}(?:\.[A-Z0-9_-]*){0,2}"),
    (("sb_secret_",), r"sb_secret_[A-Z0-9_-]+"),
    (("bearer",), r"\bbearer[ ]+([^\s'\",;]{4,})"),
    (
        ("authorization",),
        r"authorization[\"']?\s{0,9}[:=]\s{0,9}[\"']?(?:[A-Z]+[ ]+)?([^\s'\",;]+)",
    ),
    # what a browser brings back; a signed URL
    (("code=", "token="), r"[?&](?:code|token)=([^\s&'\"]+)"),
    (
        ("passw", "passphrase", "_token", "_code", "_verifier", "_secret", "_key", "apikey"),
        rf"(?:{'|'.join(_NAMES)}){_VALUE}",
    ),
    # a variable of the shell: with spaces or a colon these words are ordinary ones
    (("token=", "secret=", "_pwd="), rf"(?:token|secret|_pwd)={_QUOTED_OR_WORD}"),
)
"""Words of which one stands, in lower case, in whatever the pattern can match; and the pattern."""
_IN_LINE = lazy_pattern(r"[^\r\n]")
_NO_SECRET = lazy_pattern(r"[$%{<*\[]")
"""How a value begins that stands for a secret: a variable, a template, stars, a hidden secret."""


def remember(*secrets: str | None, shortest: int = SHORTEST) -> None:
    """Hide these texts from now on, wherever they stand in what is printed or logged."""
    for secret in secrets:
        # a secret of several lines may be shown line by line
        for line in (secret or "").splitlines():
            if len(line.strip()) >= shortest:
                _remembered[line.strip()] = None
    while len(_remembered) > MOST_REMEMBERED:
        del _remembered[next(iter(_remembered))]


def remember_environment(environ: Mapping[str, str]) -> None:
    """Hide what the variables hold that are secrets by their names, dagctl's own and others'."""
    for name, value in environ.items():
        if name in _OWN:
            remember(value)
        elif _NAME_OF_SECRET.search(name) and not _is_plain_word(value):
            remember(value, shortest=SHORTEST_OF_OTHERS)


def redacted(text: str) -> str:
    """Return `text` without tokens, secret keys, codes and passwords."""
    for find in (_known, find_tokens, _patterned):
        text = replaced(text, find(text), lambda _: HIDDEN)
    return text


def named(value: object) -> str:
    """Return the type of a value and how it begins, without secrets: a caller has mistaken it."""
    if value is None:
        return "None"
    try:
        text = _shown(value).encode("ascii", "backslashreplace").decode()
    except Exception:  # noqa: BLE001 - it is of a type of the caller's, and may raise anything
        return f"a {type(value).__name__}"
    end = "..." if len(text) > _LONGEST_NAMED else ""
    return f"{type(value).__name__} {text[:_LONGEST_NAMED]}{end}"


def _shown(value: object) -> str:
    """Return the beginning of a value as Python writes it, without secrets."""
    if isinstance(value, str):
        return repr(_beginning(value))
    if isinstance(value, bytes | bytearray):
        text = _beginning(value[: 4 * _LOOKED_AT].decode("utf-8", "surrogateescape"))
        return repr(text.encode("utf-8", "surrogateescape"))
    return _beginning(repr(value))


def _beginning(text: str) -> str:
    """Return the beginning of a text, longer than what is shown of it, without secrets."""
    hidden = redacted(text[:_LOOKED_AT])
    # a part of a secret at the cut is not shown: enough stands before it, or all is hidden
    is_sure = len(text) < _LOOKED_AT or len(hidden) > _LOOKED_AT // 2
    return hidden if is_sure else HIDDEN


def masked(text: str) -> str:
    """Return `text` with a star in place of each character of a secret; no column moves."""
    for find in (_known, find_tokens):
        text = replaced(text, find(text), lambda secret: _IN_LINE.sub("*", secret))
    return text


def redacted_end(text: str, longest: int) -> str:
    """Return the last `longest` characters of a text, without secrets.

    A secret is not cut in half: what is left of the line in which the text is cut is left out too.
    """
    if len(text) <= longest:
        return redacted(text)
    end = text[-longest:]
    _, line_end, rest = end.partition("\n")
    return redacted(rest if line_end else end[longest // 2 :])


def _is_plain_word(value: str) -> bool:
    """Return whether a value is an ordinary word or a path, which many a message has."""
    return value.startswith("/") or (value.isalpha() and value.islower())


def _known(text: str) -> Iterator[Token]:
    for secret in _remembered:
        for form in {secret, quote(secret, safe=""), json.dumps(secret)[1:-1], repr(secret)[1:-1]}:
            start = text.find(form)
            while start >= 0:
                yield Token("a secret of this process", start, start + len(form))
                start = text.find(form, start + len(form))


def _patterned(text: str) -> Iterator[Token]:
    lower = text.lower()
    for words, pattern in _PATTERNS:
        if not any(word in lower for word in words):
            continue
        for match in re.finditer(pattern, text, re.IGNORECASE):
            group = match.lastindex or 0
            if not _NO_SECRET.match(match[group]):
                yield Token("a secret", *match.span(group))
