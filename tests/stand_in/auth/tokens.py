"""Access tokens: signed with ES256 as new projects do, or with HS256 as old ones did."""

from __future__ import annotations

import json
import secrets
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.stand_in.clock import Clock

Algorithm = Literal["ES256", "HS256"]
Flaw = Literal["parts", "key", "algorithm", "signature", "expired", "future", "claims"]


class TokenError(Exception):
    """A token that is not accepted; each service has its own words for the flaw."""

    def __init__(self, flaw: Flaw, *, parts: int = 3) -> None:
        super().__init__(flaw)
        self.flaw = flaw
        self.parts = parts


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class TokenIssuer:
    """Signs and checks the tokens of one project.

    A key that was replaced, or the secret, is trusted until it is revoked.
    """

    clock: Clock
    algorithm: Algorithm = "ES256"
    key_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    _keys: dict[str, ec.EllipticCurvePrivateKey] = field(default_factory=dict, repr=False)
    """The keys that are trusted, by id; the one of `key_id` signs."""
    _trusts_secret: bool = False
    _secret: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    _expired: set[str] = field(default_factory=set, repr=False)
    _issued: dict[str, list[str]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if self.algorithm == "HS256":
            self._trusts_secret = True
        else:
            self._keys[self.key_id] = _new_key()

    def rotate(self) -> None:
        """Sign with a new key from now on; what was signed before stays good."""
        self.algorithm, self.key_id = "ES256", str(uuid.uuid4())
        self._keys[self.key_id] = _new_key()

    def revoke_previous(self) -> None:
        """Trust the key that signs now, and no other."""
        self._keys = {self.key_id: self._keys[self.key_id]}
        self._trusts_secret = False

    def sign(self, claims: Mapping[str, Any]) -> str:
        if self.algorithm == "HS256":
            token = jwt.encode(dict(claims), self._secret, "HS256")
        else:
            headers = {"kid": self.key_id}
            token = jwt.encode(dict(claims), self._keys[self.key_id], "ES256", headers=headers)
        self._issued.setdefault(str(claims.get("sub")), []).append(token)
        return token

    def expire(self, subject: str) -> None:
        """Treat every token issued to this user so far as expired, whatever its `exp` says."""
        self._expired.update(self._issued.pop(subject, []))

    def verify(self, token: str, *, leeway: float = 0.0) -> dict[str, Any]:
        """Return the claims of a good token.

        Args:
            token: The token, as it stood behind `Bearer`.
            leeway: How many seconds the clocks may differ (30 in PostgREST, 0 elsewhere).

        Raises:
            TokenError: With the first flaw found.
        """
        claims = self._decode(token)
        now = self.clock.now()
        if token in self._expired or now - leeway > claims.get("exp", now):
            raise TokenError("expired")
        if claims.get("iat", now) > now + leeway and leeway:
            raise TokenError("future")
        return claims

    def jwks(self) -> dict[str, list[dict[str, Any]]]:
        """Return the public keys; a shared secret is never listed."""
        return {"keys": [_described(key_id, key) for key_id, key in self._keys.items()]}

    def _decode(self, token: str) -> dict[str, Any]:
        parts = token.count(".") + 1
        if parts != 3:
            raise TokenError("parts", parts=parts)
        try:
            header = jwt.get_unverified_header(token)
        except jwt.InvalidTokenError as error:
            raise TokenError("signature") from error
        return self._check_signature(token, header)

    def _check_signature(self, token: str, header: Mapping[str, Any]) -> dict[str, Any]:
        key, algorithm = self._key(header)
        unchecked = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
        options: Any = unchecked | {"verify_aud": False, "verify_sub": False, "verify_jti": False}
        try:
            return jwt.decode(token, key, [algorithm], options=options)
        except jwt.InvalidTokenError as error:
            raise TokenError("signature") from error

    def _key(self, header: Mapping[str, Any]) -> tuple[str | ec.EllipticCurvePublicKey, str]:
        """Return what a token is checked with, and by which algorithm."""
        if header.get("alg") == "HS256" and self._trusts_secret:
            return self._secret, "HS256"
        key = self._keys.get(str(header.get("kid")))
        if header.get("alg") != "ES256" or key is None:
            raise TokenError("algorithm" if header.get("alg") == "none" else "key")
        return key.public_key(), "ES256"


def _described(key_id: str, key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    """Return the public half of a key as Supabase Auth shows it."""
    public: dict[str, Any] = json.loads(ECAlgorithm.to_jwk(key.public_key()))
    described = {"kid": key_id, "alg": "ES256", "use": "sig", "key_ops": ["verify"]}
    return public | described
