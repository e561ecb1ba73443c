"""A Supabase project in which Ada is an editor, and her connection to it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.supabase.client import DataClient
from dagctl.endpoint import Endpoint
from dagctl.session.given import GivenToken
from tests.contract.people import ADA, PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stand_in import StandIn


@pytest.fixture
def remote(stand_in: StandIn) -> Iterator[DataClient]:
    drawn = stand_in.add_user("ada@example.com", "correct horse battery staple")
    stand_in.sql("update auth.users set id = %s where id = %s", ADA, drawn)
    stand_in.add_member(PROJECT, ADA)
    endpoint = Endpoint(stand_in.url, stand_in.publishable_key)
    opened = DataClient(endpoint, GivenToken(stand_in.url, stand_in.token(ADA), time.time))
    yield opened
    opened.close()
