"""The page about serving asks Prometheus for nothing that the server does not measure."""

from __future__ import annotations

import re
from pathlib import Path

from dagctl.server.metrics import Metrics

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "serve.md"


def test_every_measurement_in_a_query_is_there() -> None:
    page = PAGE.read_text("utf-8")
    metrics = Metrics()
    metrics.answered("GET", "/dags", 200, 0.1)
    metrics.watched("git", [1]).copy()
    measured = set(re.findall(r"^(dagctl_\w+)", metrics.text(), re.MULTILINE))
    printed = set(re.findall(r"^(dagctl_\w+) [\d.]+$", page, re.MULTILINE))  # the block is run
    queries = re.findall(r"^\| .*\? \| `(.*)` \|$", page, re.MULTILINE)
    asked = {name for query in queries for name in re.findall(r"\bdagctl_\w+", query)}
    assert len(queries) == 8
    assert asked <= measured | printed
