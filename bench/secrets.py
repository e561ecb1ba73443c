"""How long the search for secrets takes, and that four times the text takes four times as long."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench.clock import ms
from bench.table import Row
from dagctl.session.redaction import redacted, remember
from dagctl.token_formats import find_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIZE = 250_000
"""Characters of the shorter text; the longer one has four times as many."""
MOST = 6.0
"""How many times as long the longer text may take: more would not be linear."""
TEXTS = {
    "plain text": "a line of plain text\n",
    "beginnings of JSON Web Tokens": " eyJ",
    "JSON Web Tokens without an end": "eyJaaaaaa.",
    "beginnings of URLs": "://a:",
    "private keys without an end": "-----BEGIN PRIVATE KEY-----",
    "assignments without a value": 'password="',
    "secrets of the process": "canary-secret ",
}


def measure() -> Iterator[Row]:
    """Yield the processor time for texts that are as unfavourable as can be, and its growth."""
    remember("canary-secret")
    for work, name in ((_search, "search a spec"), (redacted, "redact an output")):
        for what, part in TEXTS.items():
            short, long = (_seconds(work, part * (size // len(part))) for size in (SIZE, 4 * SIZE))
            growth = long / short
            label = f"{name} of 1 MB: {what}; ratio against 250 kB"
            yield Row(label, ms(long), growth, f"below {MOST:g}", growth < MOST)


def _search(text: str) -> object:
    return sum(1 for _ in find_tokens(text))


def _seconds(work: Callable[[str], object], text: str) -> float:
    def once() -> float:
        begin = time.process_time()
        work(text)
        return time.process_time() - begin

    return min(once() for _ in range(5))
