"""A token from the environment."""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64encode

import jwt
import pytest

from dagctl.errors import NotSignedInError, UsageError
from dagctl.session.static_token import GivenToken

URL = "https://abc.supabase.co"
KEY = "k" * 32


def token(**claims: object) -> str:
    usual = {"sub": "user-1", "email": "ada@example.com", "iss": f"{URL}/auth/v1", "exp": 5000}
    return jwt.encode(usual | claims, KEY, "HS256")


def with_issuer(issuer: object) -> str:
    """Return a token that PyJWT refuses to make."""
    claims = json.dumps({"sub": "user-1", "iss": issuer, "exp": 5000}).encode()
    head, _, signature = token().split(".")
    return f"{head}.{urlsafe_b64encode(claims).decode().rstrip('=')}.{signature}"


def opened(text: str, url: str = URL, now: float = 1000) -> GivenToken:
    return GivenToken(url, text, lambda: now)


def test_it_says_whose_it_is() -> None:
    found = opened(token())
    assert (found.user_id, found.email, found.expires_at) == ("user-1", "ada@example.com", 5000.0)
    assert found.access_token() == token()
    assert token() not in repr(found)


def test_it_is_never_renewed() -> None:
    with pytest.raises(NotSignedInError, match="the server refused the token") as caught:
        opened(token()).refresh_after_401(token())
    assert "DAGCTL_EMAIL" in str(caught.value.hint)


def test_it_is_reported_when_it_has_run_out() -> None:
    assert opened(token(), now=5200).access_token()
    with pytest.raises(NotSignedInError, match="has run out"):
        opened(token(), now=5300).access_token()
    for odd in ("never", 1e300, -1, None):
        assert opened(token(exp=odd), now=time.time()).expires_at is None


@pytest.mark.parametrize(
    ("issuer", "url"),
    [
        (f"{URL}/auth/v1", URL),
        ("https://ABC.supabase.co:443/auth/v1", URL),
        ("supabase", URL),
        ("http://127.0.0.1:54321/auth/v1", "http://127.0.0.1:54321"),
        ("http://localhost:54321/auth/v1", "http://127.0.0.1:54321"),
        ("http://localhost:54321/auth/v1", "http://[::1]:54321"),
    ],
)
def test_it_is_sent_to_its_issuer(issuer: str, url: str) -> None:
    assert opened(token(iss=issuer), url).access_token()


@pytest.mark.parametrize(
    ("issuer", "url"),
    [
        ("https://evil.example/auth/v1", URL),
        ("https://abc.supabase.co.evil.example/auth/v1", URL),
        ("http://abc.supabase.co/auth/v1", URL),
        ("http://127.0.0.1:54321/auth/v1", URL),
        ("http://127.0.0.1:54321/auth/v1", "http://127.0.0.1:54322"),
        ("https://127.0.0.1:54321/auth/v1", "http://127.0.0.1:54321"),
        ("http://kong:8000/auth/v1", "http://127.0.0.1:54321"),
        ("https://abc.supabase.co/auth/v1", "http://127.0.0.1:54321"),
        ("HTTPS://evil.example/auth/v1", "http://127.0.0.1:54321"),
        ("https://[", URL),
        ("https://user@abc.supabase.co/auth/v1", URL),
    ],
)
def test_it_is_sent_to_no_other_server(issuer: str, url: str) -> None:
    with pytest.raises(NotSignedInError, match="sent only to its issuer"):
        opened(token(iss=issuer), url)


@pytest.mark.parametrize("issuer", [1, [f"{URL}/auth/v1"], {"url": URL}, True])
def test_an_issuer_that_is_no_text_is_no_issuer(issuer: object) -> None:
    with pytest.raises(NotSignedInError, match="sent only to its issuer"):
        opened(with_issuer(issuer))


@pytest.mark.parametrize("role", ["service_role", "supabase_admin"])
def test_a_key_of_a_service_is_refused_by_name(role: str) -> None:
    with pytest.raises(UsageError, match="service_role key"):
        opened(token(role=role))


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "a.b.c",
        f"{token()}\r\nX: y",
        f" {token()}",
        token(sub=""),
        f"{token()}é",
        "sb_publishable_x",
    ],
)
def test_what_is_no_token_of_a_user_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(NotSignedInError) as caught:
        opened(text)
    assert text not in str(caught.value)
