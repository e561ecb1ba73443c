"""Which keys of a key set are used, and for which algorithm."""

from __future__ import annotations

import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from jwt.algorithms import Algorithm, ECAlgorithm, HMACAlgorithm, OKPAlgorithm, RSAAlgorithm

from dagctl.session.signature import ALGORITHMS, public_keys
from dagctl.session.token_claims import PUBLIC

EC = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(65537, 2048)
ED = ed25519.Ed25519PrivateKey.generate()


def described(key: object, kind: type[Algorithm]) -> dict[str, object]:
    """Return a key as JSON; what is private stays in it."""
    found: dict[str, object] = json.loads(kind.to_jwk(key))
    found.pop("key_ops", None)
    return found | {"kid": "k"}


EC_KEY = described(EC.public_key(), ECAlgorithm)
RSA_KEY = described(RSA.public_key(), RSAAlgorithm)
ED_KEY = described(ED.public_key(), OKPAlgorithm)
PAIRS: dict[str, tuple[Any, dict[str, object]]] = {
    "ES256": (EC, EC_KEY),
    "RS256": (RSA, RSA_KEY),
    "EdDSA": (ED, ED_KEY),
}


def test_the_lists_of_algorithms_agree() -> None:
    assert set(ALGORITHMS.values()) == PUBLIC == set(PAIRS)


@pytest.mark.parametrize("signer", PAIRS)
@pytest.mark.parametrize("checker", PAIRS)
def test_a_key_checks_what_it_signed_by_its_own_algorithm(signer: str, checker: str) -> None:
    token = jwt.encode({}, PAIRS[signer][0], signer)
    key = public_keys([PAIRS[checker][1]])["k"]
    for algorithm in PUBLIC:
        assert key.has_signed(token, algorithm) == (signer == checker == algorithm)


def test_a_key_never_checks_a_shared_secret() -> None:
    token = jwt.encode({}, "x" * 32, "HS256")
    for _, fields in PAIRS.values():
        assert not public_keys([fields])["k"].has_signed(token, "HS256")


@pytest.mark.parametrize(
    "fields",
    [
        {**EC_KEY, "alg": "ES256", "use": "sig", "key_ops": ["verify"], "ext": True},
        {**EC_KEY, "x5c": ["x"], "x5u": "http://127.0.0.1:1/"},
    ],
)
def test_a_key_as_supabase_shows_it_is_used(fields: dict[str, object]) -> None:
    assert public_keys([fields])["k"].algorithm == "ES256"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"kid": "k"},
        {name: value for name, value in EC_KEY.items() if name != "kid"},
        {name: value for name, value in EC_KEY.items() if name != "y"},
        EC_KEY | {"kid": 1},
        EC_KEY | {"kty": "RSA"},
        EC_KEY | {"kty": ["EC"]},
        EC_KEY | {"crv": "P-384"},
        EC_KEY | {"crv": None},
        EC_KEY | {"alg": "HS256"},
        EC_KEY | {"alg": "none"},
        EC_KEY | {"alg": ["ES256"]},
        EC_KEY | {"use": "enc"},
        EC_KEY | {"key_ops": ["sign"]},
        EC_KEY | {"key_ops": "verify"},
        EC_KEY | {"x": "!"},
        EC_KEY | {"x": 1},
        EC_KEY | {"x": EC_KEY["y"]},
        RSA_KEY | {"crv": "P-256"},
        RSA_KEY | {"n": ""},
        ED_KEY | {"x": "AAAA"},
        described(EC, ECAlgorithm),
        described(RSA, RSAAlgorithm),
        described(ec.generate_private_key(ec.SECP384R1()).public_key(), ECAlgorithm),
        described(ed448.Ed448PrivateKey.generate().public_key(), OKPAlgorithm),
        described(b"x" * 32, HMACAlgorithm),
    ],
)
def test_any_other_key_is_left_out(fields: dict[str, object]) -> None:
    other = EC_KEY | {"kid": "other"}
    assert set(public_keys([fields, other])) == {"other"}


def test_a_short_key_proves_nothing() -> None:
    key = rsa.generate_private_key(65537, 1024)
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = jwt.encode({}, key, "RS256")
    fields = described(key.public_key(), RSAAlgorithm)
    assert not public_keys([fields])["k"].has_signed(token, "RS256")


def test_of_two_keys_with_one_id_the_first_counts() -> None:
    assert public_keys([EC_KEY, RSA_KEY])["k"].algorithm == "ES256"
