"""Which URLs and keys are accepted."""

from __future__ import annotations

from base64 import urlsafe_b64encode

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagctl.endpoint import checked_key, checked_url, claims
from dagctl.errors import UsageError


def legacy(role: str) -> str:
    return jwt.encode({"iss": "supabase", "role": role}, "k" * 32, "HS256")


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://abc.supabase.co", "https://abc.supabase.co"),
        ("https://ABC.supabase.co/", "https://abc.supabase.co"),
        ("https://abc.supabase.co:443", "https://abc.supabase.co"),
        ("https://abc.supabase.co:8443", "https://abc.supabase.co:8443"),
        ("http://127.0.0.1:54321", "http://127.0.0.1:54321"),
        ("http://127.8.9.1", "http://127.8.9.1"),
        ("http://localhost:54321/", "http://localhost:54321"),
        ("http://[::1]:54321", "http://[::1]:54321"),
    ],
)
def test_a_url_has_one_form(text: str, url: str) -> None:
    assert checked_url(text) == checked_url(url) == url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc.supabase.co",
        "http://abc.supabase.co",
        "http://0.0.0.0",
        "http://10.0.0.1",
        "http://127.0.0.1.example.com",
        "http://[::ffff:10.0.0.1]",
        "http://localhost.",
        "https://abc.supabase.co/rest/v1",
        "https://a@b",
        "https://a b",
        "https://a\n",
        "https://ä.example",
        "https://[",
        "https://a:99999",
        "https:abc",
        "HTTPS://",
    ],
)
def test_other_urls_are_refused(text: str) -> None:
    with pytest.raises(UsageError):
        checked_url(text)


@given(st.text())
def test_any_text_is_a_url_or_refused(text: str) -> None:
    try:
        found = checked_url(text)
    except UsageError:
        return
    assert found.startswith(("https://", "http://"))
    assert checked_url(found) == found


@pytest.mark.parametrize("key", ["sb_publishable_abc", legacy("anon")])
def test_a_public_key_is_taken(key: str) -> None:
    assert checked_key(key) == key


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("sb_secret_abc", "secret key"),
        (" sb_secret_abc\n", "secret key"),
        (legacy("service_role"), "service_role key"),
        ("", "not a key"),
        ("a b", "not a key"),
        ("a\nb", "not a key"),
    ],
)
def test_a_secret_key_is_refused_by_name_and_not_repeated(key: str, name: str) -> None:
    with pytest.raises(UsageError, match=name) as caught:
        checked_key(key)
    assert not key.strip() or key.strip() not in f"{caught.value}{caught.value.hint}"


@given(st.text() | st.binary().map(lambda data: f"a.{urlsafe_b64encode(data).decode()}.c"))
def test_any_text_has_claims_or_none(text: str) -> None:
    assert isinstance(claims(text), dict)
