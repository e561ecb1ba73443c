"""Waiting for a browser."""

from __future__ import annotations

import socket
import urllib.request
from urllib.error import HTTPError
from urllib.parse import urlsplit

import pytest

from dagctl.adapters.sign_in.loopback import LoopbackListener
from dagctl.errors import NotSignedInError


def test_the_query_is_what_the_browser_brings() -> None:
    with LoopbackListener() as listener:
        with urllib.request.urlopen(f"{listener.redirect_to}?code=a%20b&x=1") as response:
            assert b"close this window" in response.read()
            assert response.headers["cache-control"] == "no-store"
        assert listener.wait(5) == {"code": "a b", "x": "1"}


def test_only_the_first_request_counts() -> None:
    with LoopbackListener() as listener:
        urllib.request.urlopen(f"{listener.redirect_to}?code=first").close()
        with pytest.raises(HTTPError) as caught:
            urllib.request.urlopen(f"{listener.redirect_to}?code=second")
        caught.value.close()
        assert listener.wait(5) == {"code": "first"}


def test_no_one_is_waited_for_too_long() -> None:
    with LoopbackListener() as listener, pytest.raises(NotSignedInError, match="came back within"):
        listener.wait(0.1)


def test_a_connection_that_says_nothing_stops_no_one() -> None:
    with LoopbackListener() as listener:
        parts = urlsplit(listener.redirect_to)
        assert parts.hostname is not None
        with socket.create_connection((parts.hostname, parts.port or 0)):
            urllib.request.urlopen(f"{listener.redirect_to}?code=c").close()
            assert listener.wait(5) == {"code": "c"}


def test_the_port_is_closed_afterwards() -> None:
    with LoopbackListener() as listener:
        parts = urlsplit(listener.redirect_to)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((str(parts.hostname), parts.port or 0))
