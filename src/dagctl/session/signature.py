"""Checks signatures with public keys. Only here PyJWT is used (the extra `serve`).

The type of a key says which algorithm belongs to it, never the token; and PyJWT gets
the key itself, not a `PyJWK`, so that its list of algorithms counts (CVE-2026-48523).
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any

from jwt import PyJWS, PyJWTError
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from dagctl.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

ALGORITHMS = {("EC", "P-256"): "ES256", ("RSA", None): "RS256", ("OKP", "Ed25519"): "EdDSA"}
"""The algorithm by type and curve of a key."""
READERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "ES256": ECAlgorithm.from_jwk,
    "RS256": RSAAlgorithm.from_jwk,
    "EdDSA": OKPAlgorithm.from_jwk,
}
OPTIONS: Any = {"enforce_minimum_key_length": True}
"""Below 2048 bits an RSA key is refused."""


@frozen
class SigningKey:
    """A public key of a project."""

    id: str
    algorithm: str
    _key: Any = field(repr=False)

    def has_signed(self, token: str, algorithm: str) -> bool:
        """Return whether the token was signed with this key, by the algorithm that it states."""
        if algorithm != self.algorithm:
            return False
        try:
            PyJWS([algorithm]).decode(token, self._key, [algorithm], OPTIONS)
        except (PyJWTError, ValueError, TypeError):
            return False
        return True


def public_keys(key_set: Iterable[Mapping[str, object]]) -> dict[str, SigningKey]:
    """Return the keys of a key set by id; those that sign no access tokens are left out."""
    keys: dict[str, SigningKey] = {}
    for fields in key_set:
        key = _public_key(fields)
        if key is not None:
            keys.setdefault(key.id, key)
    return keys


def _public_key(fields: Mapping[str, object]) -> SigningKey | None:
    key_id = fields.get("kid")
    algorithm = ALGORITHMS.get((str(fields.get("kty")), _curve(fields)))
    if not isinstance(key_id, str) or algorithm is None or not _is_for_tokens(fields, algorithm):
        return None
    try:
        return SigningKey(key_id, algorithm, READERS[algorithm](dict(fields)))
    except (PyJWTError, ValueError, TypeError, KeyError):
        return None


def _curve(fields: Mapping[str, object]) -> str | None:
    curve = fields.get("crv")
    return None if curve is None else str(curve)


def _is_for_tokens(fields: Mapping[str, object], algorithm: str) -> bool:
    """Return whether a key may check signatures of this algorithm; a private one is no such key."""
    operations = fields.get("key_ops", ["verify"])
    return (
        fields.get("alg", algorithm) == algorithm
        and fields.get("use", "sig") == "sig"
        and isinstance(operations, list)
        and "verify" in operations
        and "d" not in fields
    )
