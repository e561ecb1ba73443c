"""What the environment says of certificates and proxies is checked before anything waits for it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.http.trust import trusted
from dagctl.adapters.supabase.http import open_client
from dagctl.endpoint import Endpoint
from dagctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FAR = Endpoint("https://abc.supabase.co", "sb_publishable_test")
NEAR = Endpoint("http://127.0.0.1:9", "sb_publishable_test")


@pytest.fixture(autouse=True)
def afresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the environment be read again, before and after."""
    for name in [name for name in os.environ if name.startswith("SSL") or "proxy" in name.lower()]:
        monkeypatch.delenv(name)
    trusted.cache_clear()
    yield
    trusted.cache_clear()


def refusal(endpoint: Endpoint) -> UsageError:
    with pytest.raises(UsageError) as caught:
        open_client(endpoint)
    return caught.value


@pytest.mark.parametrize("kind", ["pipe", "nothing", "other text"])
def test_a_file_of_certificates_that_is_none_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    file = tmp_path / "certificates"
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "other text":
        file.write_text("no certificate\n")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    error = refusal(FAR)
    assert f"SSL_CERT_FILE in the environment names {str(file)!r}" in error.message
    open_client(NEAR).close()  # this very machine needs none


def test_a_pipe_for_the_keys_of_connections_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    open_client(FAR).close()  # a file that is made
    trusted.cache_clear()
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "pipe"))
    for endpoint in (FAR, NEAR):
        assert "SSLKEYLOGFILE" in refusal(endpoint).message


@pytest.mark.parametrize("proxy", ["ftp://proxy:1", "socks4://:pw-canary@proxy:1"])
def test_a_proxy_that_is_none_is_named_by_its_variable_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    error = refusal(FAR)
    assert "HTTPS_PROXY in the environment names no proxy" in error.message
    assert proxy not in f"{error.message} {error.hint}"
    open_client(NEAR).close()
