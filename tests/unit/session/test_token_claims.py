"""Whatever is sent in place of a token, there is a short reason, and nothing of it is repeated."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagctl.errors import NotSignedInError
from dagctl.session.token_claims import LONGEST, read

URL = "https://abc.supabase.co"
USER = "6f1c2e0a-3a44-4b0e-9d0c-6b1f1f6d9a57"
NOW = 1_800_000_000.0
HEADER = {"alg": "ES256", "kid": "k", "typ": "JWT"}
CLAIMS = {
    "iss": f"{URL}/auth/v1",
    "sub": USER,
    "aud": "authenticated",
    "role": "authenticated",
    "exp": NOW + 3600,
    "iat": NOW,
    "email": "ada@example.com",
}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


def token(header: object, claims: object) -> str:
    parts = (json.dumps(part).encode("utf-8", "surrogatepass") for part in (header, claims))
    return ".".join(urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + ".x"


def reading(text: str) -> str | None:
    """Return the reason of a refusal, or None."""
    try:
        read(text, url=URL, now=NOW, leeway=60)
    except NotSignedInError as error:
        caught = error
    else:
        return None
    assert caught.__context__ is None, "an error behind it may hold what was decoded"
    assert len(caught.message) < 120
    return caught.message


def test_what_supabase_issues_is_read() -> None:
    found = read(token(HEADER, CLAIMS), url=URL, now=NOW, leeway=60)
    assert (found.algorithm, found.key_id, found.user_id) == ("ES256", "k", USER)
    assert (found.email, found.expires_at) == ("ada@example.com", NOW + 3600)


@pytest.mark.parametrize("email", [None, 1, ["x"], "a\nb", "\ud800", "\u202e"])
def test_an_address_that_is_none_is_not_shown(email: object) -> None:
    text = token(HEADER, CLAIMS | {"email": email})
    assert read(text, url=URL, now=NOW, leeway=60).email == ""


@pytest.mark.parametrize(
    "issuer", ["http://abc.supabase.co/auth/v1", "https://evil.example/auth/v1", f"{URL}/auth/v1/"]
)
def test_another_issuer_is_refused(issuer: str) -> None:
    reason = reading(token(HEADER, CLAIMS | {"iss": issuer}))
    assert reason == f"the token was not issued by {URL}"


def test_a_token_may_be_so_long_and_no_longer() -> None:
    text = token(HEADER, CLAIMS)
    longest = text + "x" * (LONGEST - len(text))
    assert reading(longest) is None
    assert reading(f"{longest}x") == "the token is longer than 8192 characters"


@given(st.text(max_size=60) | st.from_regex(r"[\w.=-]*\.[\w.-]+\.[\w-]+", fullmatch=True))
def test_any_text_is_refused(text: str) -> None:
    assert reading(text)


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_any_bytes_are_refused(header: bytes, claims: bytes) -> None:
    parts = (urlsafe_b64encode(part).decode().rstrip("=") for part in (header, claims))
    assert reading(".".join(parts) + ".x")


@given(st.sampled_from(sorted(CLAIMS)), VALUES)
def test_any_claim_is_read_or_refused(name: str, value: Any) -> None:  # noqa: ANN401 - any JSON
    reason = reading(token(HEADER, CLAIMS | {name: value}))
    if name in {"iss", "sub", "role"}:
        assert reason


@given(st.sampled_from(["alg", "kid", "typ", "crit", "jku", "b64"]), VALUES)
def test_any_header_is_read_or_refused(name: str, value: Any) -> None:  # noqa: ANN401 - any JSON
    reason = reading(token(HEADER | {name: value}, CLAIMS))
    if name in {"alg", "crit"}:
        assert reason
