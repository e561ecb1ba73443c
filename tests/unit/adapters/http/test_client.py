"""The HTTP client, to whatever service."""

from __future__ import annotations

import httpx
import pytest

from dagctl.adapters.http.bounds import TooLarge
from dagctl.adapters.http.http_client import PatientClient
from dagctl.errors import UnavailableError


def test_an_answer_that_is_too_large_is_not_asked_for_again() -> None:
    asked: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        raise TooLarge("the answer is larger than 1 MB")

    client = PatientClient(sleep=lambda _: None, transport=httpx.MockTransport(answer))
    with client, pytest.raises(UnavailableError, match="larger than 1 MB"):
        client.get("https://airflow.example/dags")
    assert len(asked) == 1


def test_the_status_of_an_answer_decides_whether_it_is_asked_for_again() -> None:
    answers = [httpx.Response(503), httpx.Response(429), httpx.Response(404)]
    transport = httpx.MockTransport(lambda _: answers.pop(0))
    with PatientClient(sleep=lambda _: None, transport=transport) as client:
        assert client.get("https://airflow.example/dags").status_code == 404
    assert answers == []
