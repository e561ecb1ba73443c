"""What an access token says of itself: read strictly, and checked before anybody is asked. Pure.

The rules are those of RFC 8725 (JSON Web Token best practices) for the tokens of Supabase Auth.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from typing import Any

from dagctl.errors import NotSignedInError
from dagctl.frozen import frozen
from dagctl.patterns import lazy_pattern
from dagctl.session.issuer import is_issuer
from dagctl.session.session import END_OF_TIME

HINT = "renew the session in the app that sent the token, and send the new token"
LONGEST = 8192
"""How many characters a token may have; those of Supabase Auth have about 1000."""
LONGEST_KEY_ID = 200
PUBLIC = frozenset({"ES256", "RS256", "EdDSA"})
"""The algorithms by which Supabase Auth signs with a private key, and which its key set names.

It also knows RS512 and ES512, which no documentation of the platform offers.
"""
SHARED = "HS256"
"""The algorithm of projects that sign with a shared secret: only their auth server can check it."""
ROLE = AUDIENCE = "authenticated"

_SHAPE = lazy_pattern(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+")
_UUID = lazy_pattern(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_API_KEYS = {"sb_secret_": "a secret key", "sb_publishable_": "a publishable key"}
_OTHER_ROLES = frozenset({"service_role", "supabase_admin", "anon"})


@frozen(kw_only=True)
class Claimed:
    """What a token says, not verified yet."""

    algorithm: str
    key_id: str | None
    user_id: str
    email: str
    """Empty if the token has none."""
    expires_at: float
    """Seconds since 1970."""


def refused(reason: str) -> NotSignedInError:
    """Return the error about a token that is not accepted; the reason never quotes the token."""
    return NotSignedInError(reason, hint=HINT)


def read(token: str, *, url: str, now: float, leeway: float) -> Claimed:
    """Return what a token says, if all that can be checked without its signature is right.

    Args:
        token: What stood behind `Bearer`.
        url: The project that must have issued it.
        now: Seconds since 1970.
        leeway: How many seconds the clocks may differ.

    Raises:
        NotSignedInError: It is no access token of a user of the project, or not now.
    """
    header, claims = _parts(token)
    algorithm, key_id = _signing(header)
    _check_issue(claims, url)
    _check_times(claims, now, leeway)
    return Claimed(
        algorithm=algorithm,
        key_id=key_id,
        user_id=_user_id(claims),
        email=_email(claims),
        expires_at=float(claims["exp"]),
    )


def _parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the header and the claims."""
    for prefix, kind in _API_KEYS.items():
        if token.startswith(prefix):
            raise refused(f"this is {kind} ({prefix}...), not the access token of a user")
    if len(token) > LONGEST:
        raise refused(f"the token is longer than {LONGEST} characters")
    shape = _SHAPE.fullmatch(token)
    header, claims = (_decoded(part) for part in shape.groups()) if shape else (None, None)
    if header is None or claims is None:
        raise refused("this is no JSON Web Token")
    return header, claims


def _signing(header: dict[str, Any]) -> tuple[str, str | None]:
    """Return the algorithm and the id of the key; no other field of the header is ever followed."""
    algorithm, key_id = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in {*PUBLIC, SHARED}:
        raise refused(f"the token is signed with none of {', '.join(sorted(PUBLIC))}, {SHARED}")
    if "crit" in header:
        raise refused("the token asks for an extension (crit) that is not known here")
    if "kid" in header and not (isinstance(key_id, str) and 0 < len(key_id) <= LONGEST_KEY_ID):
        raise refused("the token does not name its key as a text")
    return algorithm, key_id


def _check_issue(claims: dict[str, Any], url: str) -> None:
    """Check who issued the token, to whom, and for which role in the database."""
    role, audience = claims.get("role"), claims.get("aud")
    if isinstance(role, str) and role in _OTHER_ROLES:
        raise refused(f"this is a key for the role {role}, not the access token of a user")
    if role != ROLE:
        raise refused(f"the token is not for the role {ROLE}")
    if not is_issuer(claims.get("iss"), url):
        raise refused(f"the token was not issued by {url}")
    if AUDIENCE not in (audience if isinstance(audience, list) else [audience]):
        raise refused(f"the token is not for the audience {AUDIENCE}")


def _check_times(claims: dict[str, Any], now: float, leeway: float) -> None:
    if not _is_time(claims.get("exp")):
        raise refused("the token does not say when it runs out")
    if claims["exp"] + leeway <= now:
        raise refused("the token has run out")
    for name in ("nbf", "iat"):
        if name in claims and not (_is_time(claims[name]) and claims[name] <= now + leeway):
            raise refused(f"the token is not good yet ({name})")


def _is_time(value: object) -> bool:
    """Return whether the value is a point in time that a calendar can have."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value < END_OF_TIME


def _user_id(claims: dict[str, Any]) -> str:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not _UUID.fullmatch(subject):
        raise refused("the token does not name a user by id (sub)")
    return subject


def _email(claims: dict[str, Any]) -> str:
    email = claims.get("email")
    return email if isinstance(email, str) and email.isprintable() else ""


def _decoded(part: str) -> dict[str, Any] | None:
    """Return the JSON object in one part of a token, or None."""
    try:
        text = urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode("utf-8")
        document = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError):  # the error holds what was decoded: it ends here
        return None
    return document if isinstance(document, dict) else None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse names that stand twice: two readers may take different ones for true."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError
    return members


def _refuse(_constant: str) -> None:
    raise ValueError
