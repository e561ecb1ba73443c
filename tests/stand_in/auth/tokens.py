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


@dataclass
class TokenIssuer:
    """Signs and checks the tokens of one project."""

    clock: Clock
    algorithm: Algorithm = "ES256"
    key_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    _private_key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1()), repr=False
    )
    _secret: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    _expired: set[str] = field(default_factory=set, repr=False)
    _issued: dict[str, list[str]] = field(default_factory=dict, repr=False)

    def sign(self, claims: Mapping[str, Any]) -> str:
        if self.algorithm == "HS256":
            token = jwt.encode(dict(claims), self._secret, "HS256")
        else:
            headers = {"kid": self.key_id}
            token = jwt.encode(dict(claims), self._private_key, "ES256", headers=headers)
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
        if self.algorithm == "HS256":
            return {"keys": []}
        key = json.loads(ECAlgorithm.to_jwk(self._private_key.public_key()))
        described = {"kid": self.key_id, "alg": "ES256", "use": "sig", "key_ops": ["verify"]}
        return {"keys": [key | described | {"ext": True}]}

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
        if header.get("alg") != self.algorithm:
            raise TokenError("algorithm" if header.get("alg") == "none" else "key")
        if self.algorithm == "ES256" and header.get("kid") != self.key_id:
            raise TokenError("key")
        key = self._secret if self.algorithm == "HS256" else self._private_key.public_key()
        unchecked = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
        options: Any = unchecked | {"verify_aud": False, "verify_sub": False, "verify_jti": False}
        try:
            return jwt.decode(token, key, [self.algorithm], options=options)
        except jwt.InvalidTokenError as error:
            raise TokenError("signature") from error
