"""What a command loads: nothing of HTTP where nobody is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.modules import loaded

if TYPE_CHECKING:
    from tests.session.people import Ada

NETWORK = {"httpx", "supabase", "jwt", "keyring", "git", "jinja2", "http.server"}


@pytest.mark.parametrize("arguments", [["whoami"], ["login", "--help"], ["logout", "--help"]])
def test_nothing_of_the_network_is_loaded(signed_in: Ada, arguments: list[str]) -> None:
    assert not loaded(signed_in.shell, *arguments) & NETWORK


@pytest.mark.parametrize("arguments", [["whoami", "--check"], ["logout"]])
def test_who_asks_the_server_loads_no_data_client(signed_in: Ada, arguments: list[str]) -> None:
    found = loaded(signed_in.shell, *arguments)
    assert "httpx" in found
    assert not found & {"supabase", "jwt", "keyring", "git", "jinja2"}
