"""When a request is sent again."""

from __future__ import annotations

import pytest

from dagctl.adapters.http.retry import is_passing, pause, retry_after

DATE = "Mon, 23 Nov 2026 10:00:00 GMT"


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 522])
def test_what_may_pass_is_repeated(status: int) -> None:
    assert is_passing(status)


@pytest.mark.parametrize("status", [200, 204, 302, 400, 401, 403, 404, 409])
def test_what_will_not_pass_is_not_repeated(status: int) -> None:
    assert not is_passing(status)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "Mon, 23 Nov 2026 10:00:30 GMT", "date": DATE}, 30),
        ({"retry-after": "Mon, 23 Nov 2026 09:00:00 GMT", "date": DATE}, 0),
        ({"retry-after": "Mon, 23 Nov 2026 10:00:30 GMT"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, 0),
        ({}, None),
    ],
)
def test_the_server_may_say_when(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_pauses_grow_and_stay_below_their_bound() -> None:
    for tries, longest in ((1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0), (9, 8.0)):
        drawn = [pause(tries, {}) for _ in range(200)]
        assert 0 <= min(drawn) < longest / 4
        assert longest / 2 < max(drawn) <= longest
