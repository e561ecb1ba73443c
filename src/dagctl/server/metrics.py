"""What the server measures, for Prometheus. No label names a user, a project or a DAG."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client import generate_latest as written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

P = TypeVar("P")

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
"""Upper bounds in seconds."""


class Metrics:
    """The measurements of one server."""

    media_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "dagctl_http_requests",
            "Requests that were answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "dagctl_http_request_seconds",
            "How long requests took.",
            ("method", "route"),
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._outside = Counter(
            "dagctl_outside_seconds",
            "Seconds spent in what the server works with: git, database, storage, files, journal.",
            ("part",),
            registry=self._registry,
        )
        self._waited = Histogram(
            "dagctl_operation_waiting_seconds",
            "How long operations waited for their turn.",
            buckets=BUCKETS,
            registry=self._registry,
        )

    def waited(self, seconds: float) -> None:
        """Count the time for which an operation has waited for its turn."""
        self._waited.observe(seconds)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def gauge(self, name: str, help_text: str, value: Callable[[], float]) -> None:
        """Add a value that is computed at each reading."""
        Gauge(name, help_text, registry=self._registry).set_function(value)

    def watched(self, part: str, port: P) -> P:
        """Return the port, with the time of each call counted for a part of the outside."""
        watched: Any = _Watched(port, self._outside.labels(part))
        timed: P = watched
        return timed

    def text(self) -> str:
        """Return all measurements in the text form of Prometheus."""
        return written(self._registry).decode("utf-8")


class _Watched:
    """A port whose calls are timed."""

    def __init__(self, port: object, counter: Counter) -> None:
        self._port = port
        self._counter = counter

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the port has
        attribute = getattr(self._port, name)
        return self._timed(attribute) if callable(attribute) else attribute

    def _timed(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever the method takes
            with _counted(self._counter):
                return method(*arguments, **named)

        return timed


@contextmanager
def _counted(counter: Counter) -> Iterator[None]:
    began = time.perf_counter()
    try:
        yield
    finally:
        counter.inc(time.perf_counter() - began)
