"""Who may have issued a token, and who must have."""

from __future__ import annotations

import pytest

from dagctl.session.issuer import is_issuer

URL = "https://abc.supabase.co"
LOCAL = "http://127.0.0.1:54321"


@pytest.mark.parametrize(
    ("issuer", "url"),
    [
        (f"{URL}/auth/v1", URL),
        (f"{LOCAL}/auth/v1", LOCAL),
        ("http://localhost:54321/auth/v1", LOCAL),
        ("http://[::1]:54321/auth/v1", LOCAL),
        ("http://127.0.0.1:54321/auth/v1", "http://localhost:54321"),
    ],
)
def test_it_is_the_issuer(issuer: str, url: str) -> None:
    assert is_issuer(issuer, url)


@pytest.mark.parametrize(
    "issuer",
    [
        "http://abc.supabase.co/auth/v1",
        "https://ABC.supabase.co/auth/v1",
        "https://abc.supabase.co:443/auth/v1",
        "https://abc.supabase.co/auth/v1/",
        "https://abc.supabase.co/auth/v",
        "https://abc.supabase.co/auth",
        "https://abc.supabase.co",
        "https://abc.supabase.co.evil.example/auth/v1",
        "https://evil.example/auth/v1",
        "https://evil.example/https://abc.supabase.co/auth/v1",
        "https://user@abc.supabase.co/auth/v1",
        "https://abc.supabase.co/auth/v1#x",
        " https://abc.supabase.co/auth/v1",
        "https://abc.supabase.co/auth/v1\n",
        "http://127.0.0.1/auth/v1",
        "supabase",
        "",
        None,
        1,
        [f"{URL}/auth/v1"],
    ],
)
def test_it_is_the_issuer_to_the_letter(issuer: object) -> None:
    assert not is_issuer(issuer, URL)


@pytest.mark.parametrize(
    "issuer",
    [
        "http://127.0.0.1:54322/auth/v1",
        "http://localhost/auth/v1",
        "https://127.0.0.1:54321/auth/v1",
        "https://evil.example/auth/v1",
        "https://abc.supabase.co/auth/v1",
        "http://kong:8000/auth/v1",
        "http://localhost:54321.evil.example/auth/v1",
        "http://localhost:54321/auth/v1/auth/v1",
        "http://kong:8000/auth/v1/",
        "http://kong:8000/auth/v1?x",
        "http://kong:8000/rest/v1",
        "http://kong:x/auth/v1",
        "http:///auth/v1",
        "http://[/auth/v1",
        "ftp://kong/auth/v1",
        "supabase",
        "/auth/v1",
        None,
    ],
)
def test_a_server_at_a_loopback_address_is_the_issuer_by_its_own_names_only(issuer: object) -> None:
    assert not is_issuer(issuer, LOCAL)
