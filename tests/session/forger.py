"""Makes tokens that a project's auth server would never issue."""

from __future__ import annotations

import hmac
import json
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.stand_in import StandIn

    Sign = Callable[[bytes], bytes]


class Gone:
    """In place of a value: the name is left out."""

    def __repr__(self) -> str:
        return "gone"


GONE: Any = Gone()


def encoded(data: object) -> str:
    """Return one part of a token; bytes stand in it as they are."""
    raw = data if isinstance(data, bytes) else json.dumps(data, separators=(",", ":")).encode()
    return urlsafe_b64encode(raw).decode().rstrip("=")


def signed(header: object, claims: object, sign: Sign) -> str:
    text = f"{encoded(header)}.{encoded(claims)}"
    return f"{text}.{encoded(sign(text.encode()))}"


def changed(fields: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (fields | changes).items() if value is not GONE}


def with_key(key: ec.EllipticCurvePrivateKey) -> Sign:
    algorithm = ECAlgorithm(ECAlgorithm.SHA256)
    return lambda text: algorithm.sign(text, key)


def with_secret(secret: bytes) -> Sign:
    return lambda text: hmac.digest(secret, text, "sha256")


def jwk_of(key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    """Return the public half of a key as JSON."""
    found: dict[str, Any] = json.loads(ECAlgorithm.to_jwk(key.public_key()))
    return found


@dataclass
class Forger:
    """Somebody who knows all that is public, and in the worst case is the project itself."""

    server: StandIn
    user_id: str
    own_key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def key(self) -> ec.EllipticCurvePrivateKey:
        """The project's own: for tokens that are bad only in what they say."""
        tokens = self.server._project.tokens
        return tokens._keys[tokens.key_id]

    @property
    def public_pem(self) -> bytes:
        return self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    @property
    def public_jwk(self) -> dict[str, Any]:
        return jwk_of(self.key)

    def header(self, **changes: object) -> dict[str, Any]:
        key_id = self.server._project.tokens.key_id
        return changed({"alg": "ES256", "kid": key_id, "typ": "JWT"}, changes)

    def claims(self, **changes: object) -> dict[str, Any]:
        return changed(self.server.claims(self.user_id), changes)

    def says(self, **changes: object) -> str:
        """Return a token with a good signature that says something else."""
        return signed(self.header(), self.claims(**changes), with_key(self.key))

    def heads(self, **changes: object) -> str:
        """Return a token with a good signature and another header."""
        return signed(self.header(**changes), self.claims(), with_key(self.key))

    def in_time(self, name: str, seconds: float) -> str:
        """Return a token with a good signature and a time that is so far from now."""
        return self.says(**{name: time.time() + seconds})


def unsigned(algorithm: object) -> Callable[[Forger], str]:
    return lambda one: f"{encoded(one.header(alg=algorithm))}.{encoded(one.claims())}."


def foreign(**changes: object) -> Callable[[Forger], str]:
    """Sign with a key of one's own."""
    return lambda one: signed(one.header(**changes), one.claims(), with_key(one.own_key))


def shared(secret: Callable[[Forger], bytes], **changes: object) -> Callable[[Forger], str]:
    return lambda one: signed(
        one.header(alg="HS256", **changes), one.claims(), with_secret(secret(one))
    )
