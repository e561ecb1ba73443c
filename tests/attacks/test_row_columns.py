"""Each column of each row that Supabase answers with, with values of other kinds.

A row may be of a version that is to come, of a server that is hostile, or damaged on its way. It
harms only itself: nothing is a bug of dagctl's, steers a terminal, floods it, or is waited for.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from itertools import cycle
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from dagctl.adapters.http.bounds import BoundedTransport
from dagctl.errors import ExitCode
from tests.attacks.waits import no_wait_without_end
from tests.cli.conftest import Shell
from tests.supabase.conftest import ada, place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.supabase.place import Place

__all__ = ["ada", "place"]

DEEP = 500
VALUES: dict[str, object] = {
    "nothing": None,
    "a negative number": -1,
    "zero": 0,
    "a fraction": 1.5,
    "a large number": 2**70,
    "no number": float("nan"),
    "a number without end": float("inf"),
    "a number as text": "9" * 5000,
    "a truth": True,
    "an empty list": [],
    "an empty mapping": {},
    "a deep list": json.loads("[" * DEEP + "]" * DEEP),
    "a list of kinds": [None, 1, "x", [], {}],
    "a deep mapping": {"a": {"b": [{"c": None}]}},
    "a form that is to come": {"form": 99, "version": 99, "x": 1},
    "an act that is to come": "teleport",
    "no text": "",
    "a text that steers": "\x1b[2Jx\u202e",
    "a text of lines": "a\nb",
    "a text with NUL": "a\0b",
    "half of a sign": "\ud800",
    "a huge text": "x" * 300_000,
    "a path": "../../../x",
    "another's UUID": "00000000-0000-0000-0000-000000000000",
    "no time": "2024-13-45T99:99:99Z",
    "a time before all": "0001-01-01T00:00:00+23:59",
    "a time after all": "9999-12-31T23:59:59.999999-23:59",
}
QUICK = ("list", "show demo", "history demo")
LINES = (
    *QUICK,
    *("list -o json", "show other", "diff demo", "doctor", "pull", "whoami --check"),
    *("create --dry-run specs", "rm demo --dry-run", "rollback demo --dry-run"),
    *("mv demo demo_9 --dry-run", "restore gone --dry-run", "export -o out.zip"),
    *("templates", "templates show t", "new fresh --template project/t --print"),
)
LONGEST = 20_000
"""Characters of what a person has to read."""


@dataclass
class Altered:
    """What the answers are changed by on their way."""

    column: str = ""
    value: object = None
    seen: set[str] = field(default_factory=set)
    """The columns that there are."""

    def handle(self, transport: BoundedTransport, request: httpx.Request) -> httpx.Response:
        """Answer as the server does, with the column changed."""
        answer = WHOLE(transport, request)
        body = answer.read()
        try:
            data = json.loads(body)
        except ValueError:
            return answer
        sent = {"content-length", "content-encoding", "transfer-encoding"}
        kept = {name: value for name, value in answer.headers.items() if name not in sent}
        content = json.dumps(self._changed(data)).encode()
        return httpx.Response(answer.status_code, headers=kept, content=content, request=request)

    def _changed(self, data: Any) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(data, list):  # the other rows stay as they are
            return [self._changed(each) if at == 0 else each for at, each in enumerate(data)]
        if not isinstance(data, dict):
            return data
        self.seen |= data.keys()
        changed = {name: self._changed(value) for name, value in data.items()}
        return {**changed, **({self.column: self.value} if self.column in changed else {})}


WHOLE = BoundedTransport.handle_request


@pytest.fixture
def altered(monkeypatch: pytest.MonkeyPatch) -> Altered:
    """Return what changes each answer, and changes nothing yet."""
    change = Altered()

    def handle(transport: BoundedTransport, request: httpx.Request) -> httpx.Response:
        return change.handle(transport, request)

    monkeypatch.setattr(BoundedTransport, "handle_request", handle)
    return change


def prepared(place: Place, altered: Altered, lines: Sequence[str]) -> tuple[Shell, list[str]]:
    """Return a user with DAGs of some versions, and the columns that the commands get."""
    place.create(place.spec("specs/demo.yaml", "Demo"), place.spec("specs/other.yaml", "Other"))
    place.create(place.spec("specs/demo.yaml", "Demo", word="two"))
    shell = Shell(place.root, dict(os.environ))
    shell.write("templates/t.yaml", "template: {name: t, version: 1}\ndag_name: T\ntasks: []\n")
    for line in ("templates share t", *lines):
        shell.run(*line.split())
    columns = sorted(altered.seen)
    assert {"dag_id", "version", "spec", "created_at"} <= {*columns}
    return shell, columns


def check(shell: Shell, line: str, what: object) -> None:
    """Check that a command with a changed row gives an answer that is fit to be read."""
    with no_wait_without_end():
        done = shell.run(*line.split())
    assert done.code != ExitCode.BUG, (what, line, done.err)
    assert "\x1b" not in done.out + done.err, (what, line)
    assert "\u202e" not in done.out + done.err or "json" in line, (what, line)
    assert len(done.err) < LONGEST, (what, line)


def test_a_column_of_another_kind_harms_only_its_row(place: Place, altered: Altered) -> None:
    """Each column with one value, in turn; all pairs are in the sweep."""
    shell, columns = prepared(place, altered, QUICK)
    for column, (name, value) in zip(columns, cycle(VALUES.items()), strict=False):
        altered.column, altered.value = column, value
        for line in QUICK:
            check(shell, line, (column, name))


@pytest.mark.sweep
@pytest.mark.parametrize("name", VALUES)
def test_no_value_of_any_column_harms_more_than_its_row(
    place: Place, altered: Altered, name: str
) -> None:
    shell, columns = prepared(place, altered, LINES)
    altered.value = VALUES[name]
    for column in columns:
        altered.column = column
        for line in LINES:
            check(shell, line, column)
