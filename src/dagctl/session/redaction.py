"""Takes secrets out of text that people or logs will see. Pure."""

from __future__ import annotations

import re

HIDDEN = "[redacted]"

_SECRETS = re.compile(
    r"""
      eyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){0,2}   # a JWT, or the beginning of one
    | sb_secret_[A-Za-z0-9_-]+
    | (?<=Bearer\ )[^\s'",;]+
    | (?<=[?&]code=)[^\s&'"]+                         # what a browser brings back
    | (?<=[?&]token=)[^\s&'"]+                        # a signed URL
    | (?:(?<=refresh_token)|(?<=access_token)|(?<=auth_code)|(?<=code_verifier)|(?<=password))
      ["']?\s*[=:]\s*(?:"[^"]*"|'[^']*'|[^\s&,}"']+)
    """,
    re.VERBOSE,
)


def redacted(text: str) -> str:
    """Return `text` without tokens, secret keys, codes and passwords."""
    return _SECRETS.sub(_hide, text)


def _hide(match: re.Match[str]) -> str:
    found = match[0]
    sign = re.match(r"[\"']?\s*[=:]\s*", found)
    return (sign[0] if sign else "") + HIDDEN
