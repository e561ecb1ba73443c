"""Proof Key for Code Exchange (RFC 7636): signing in through a browser. Pure, but for chance."""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from dataclasses import field
from typing import TYPE_CHECKING

from dagctl.errors import NotSignedInError
from dagctl.frozen import frozen
from dagctl.session.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_TEXT = 200
"""How much of what a server says is repeated."""


@frozen
class Proof:
    """What shows that who brings the code is who asked for it."""

    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)

    @property
    def challenge(self) -> str:
        """The digest of the verifier, which goes through the browser (method S256)."""
        digest = hashlib.sha256(self.verifier.encode("ascii")).digest()
        return urlsafe_b64encode(digest).decode("ascii").rstrip("=")


def code_of(answer: Mapping[str, str]) -> str:
    """Return the code that a browser brought back.

    Raises:
        NotSignedInError: The provider or the user refused.
    """
    if answer.get("code"):
        return answer["code"]
    why = answer.get("error_description") or answer.get("error_code") or answer.get("error")
    said = redacted(why or "the browser came back without a code")[:LONGEST_TEXT]
    raise NotSignedInError(f"the provider did not sign you in: {said}")
