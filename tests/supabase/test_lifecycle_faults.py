"""Promise 3 for what is done with recorded DAGs, on a project: a fault at each request, and at each
call of a port; then one further command.
"""

from __future__ import annotations

import random
import traceback
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

import pytest

from dagctl.errors import DagctlError, UnfinishedError
from tests.lifecycle.acts import AFTER, BEFORE, COMMANDS, EVERY, KINDS, act_of
from tests.stand_in import faults
from tests.supabase import remote_faults
from tests.supabase.breaking import Break, Killed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lifecycle.acts import Act
    from tests.supabase.place import Place

pytestmark = pytest.mark.usefixtures("quick")

FIND = ("POST", "/rest/v1/rpc/find_dags")
VERSIONS = ("POST", "/rest/v1/rpc/dag_versions")
PAGE = ("POST", "/rest/v1/rpc/list_dags")
RESERVE = ("POST", "/rest/v1/rpc/reserve")
UPLOAD = ("POST", "/storage/v1/object/*")
DOWNLOAD = ("GET", "/storage/v1/object/*")
CONFIRM = ("POST", "/rest/v1/rpc/confirm")
IMPORT = ("POST", "/rest/v1/rpc/import_versions")
REMOVAL = ("DELETE", "/storage/v1/object/*")
REQUESTS = {
    "removal": (FIND, RESERVE, CONFIRM, FIND, REMOVAL),
    "restore": (FIND, VERSIONS, RESERVE, DOWNLOAD, UPLOAD, CONFIRM),
    "rollback": (FIND, VERSIONS, VERSIONS, RESERVE, UPLOAD, CONFIRM),
    "rename": (FIND, FIND, VERSIONS, FIND, RESERVE, UPLOAD, CONFIRM, FIND, REMOVAL),
    "edit": (FIND, FIND, RESERVE, UPLOAD, CONFIRM),
    "prune": (FIND, PAGE, FIND, RESERVE, UPLOAD, CONFIRM, FIND, REMOVAL),
    "import": (FIND, RESERVE, IMPORT, IMPORT, UPLOAD, CONFIRM),
    "pull": (PAGE, VERSIONS, VERSIONS, VERSIONS, DOWNLOAD, DOWNLOAD),
}
"""What an act asks of the project, in order."""
FAULTS = (
    *("lost request", "lost answer", "twice", "late", "half an answer"),
    *("401", "403", "404", "409", "503"),
)
REMOTE = [
    (kind, number, fault, times)
    for kind in EVERY
    for number, fault, times in product(range(len(REQUESTS[kind])), FAULTS, (1, None))
]
MOST_CALLS = 28
"""More calls of ports than an act makes."""
LOCAL = [
    *product(EVERY, (False,), range(1, MOST_CALLS), ("EIO", "kill"), (False, True)),
    *product(EVERY, (False,), range(1, MOST_CALLS), ("interrupt",), (False,)),
    *product(KINDS, (True,), range(13, MOST_CALLS + 14), ("EIO",), (False,)),
    *product(KINDS, (True,), range(13, MOST_CALLS + 14), ("kill",), (True,)),
]
"""The act, whether its confirmation is refused, the number of the call, and what happens there."""


@dataclass
class NthBreak(Break):
    """Breaks the n-th call of any port."""

    number: int = 0
    seen: list[str] = field(default_factory=list)

    def around(self, name: str, act: Callable[[], object]) -> object:
        self.seen.append(name)
        if len(self.seen) == self.number:  # the call that comes next is that one
            count = self._seen[name] + 1
            self.at = name if count == 1 else f"{name} {count}"
        return super().around(name, act)


def told(act: Act, broken: Break | None = None) -> str:
    """Return what the user is told: `done`, `not done`, `unfinished` or `nothing`."""
    said = "nothing"

    def tell(_: object) -> None:
        nonlocal said
        said = "done"

    opened = act.place.open()
    try:
        with broken.into(opened) if broken else opened as client:
            act.call(client, tell)
    except UnfinishedError:
        traceback.print_exc()
        return "unfinished"
    except (DagctlError, OSError):
        traceback.print_exc()
        return "not done"
    except (KeyboardInterrupt, Killed):
        return said
    return said


def check(act: Act, said: str, seed: object) -> None:
    """Check that what the user was told is true; then give one further command."""
    if said in {"done", "not done"}:
        versions = act.place.versions()
        assert versions == (AFTER if said == "done" else BEFORE)[act.kind]
    if said == "not done":
        act.check_nothing_left()
    act.place.stand_in.settle()
    commands = ["recover"] if said == "done" else list(COMMANDS)
    act.check_one_command(random.Random(str(seed)).choice(commands))


def check_remote(place: Place, case: tuple[str, int, str, int | None]) -> None:
    kind, number, fault, times = case
    act = act_of(place, kind).prepare()
    request = REQUESTS[kind][number]
    nth = REQUESTS[kind][: number + 1].count(request)
    made = remote_faults.KINDS[fault]()
    place.stand_in.faults.add(*request, made, nth=nth, times=times)
    said = told(act)
    place.stand_in.faults.clear()
    check(act, said, case)


def remote_id(case: tuple[str, int, str, int | None]) -> str:
    kind, number, fault, times = case
    name = REQUESTS[kind][number][1].rpartition("/v1/")[2]
    return f"{kind}: {fault} {'once' if times else 'always'} at {number} {name}"


@pytest.mark.parametrize("case", random.Random(5).sample(REMOTE, 4), ids=remote_id)
def test_promise_3_after_a_fault_of_the_project(
    place: Place, case: tuple[str, int, str, int | None]
) -> None:
    check_remote(place, case)


@pytest.mark.sweep
@pytest.mark.parametrize("case", REMOTE, ids=remote_id)
def test_promise_3_after_every_fault_of_the_project(
    place: Place, case: tuple[str, int, str, int | None]
) -> None:
    check_remote(place, case)


def check_local(place: Place, case: tuple[str, bool, int, str, bool]) -> None:
    kind, refused, number, error, after = case
    act = act_of(place, kind).prepare()
    if refused:
        place.stand_in.faults.add(*CONFIRM, faults.answer(403), times=None)
    broken = NthBreak("", error, after, number=number)
    said = told(act, broken)
    place.stand_in.faults.clear()
    if len(broken.seen) < number:
        assert said == ("not done" if refused else "done")
    check(act, said, case)


@pytest.mark.parametrize("case", random.Random(6).sample(LOCAL, 4), ids=str)
def test_promise_3_after_a_fault_of_this_machine(
    place: Place, case: tuple[str, bool, int, str, bool]
) -> None:
    check_local(place, case)


@pytest.mark.sweep
@pytest.mark.parametrize("case", LOCAL, ids=str)
def test_promise_3_after_every_fault_of_this_machine(
    place: Place, case: tuple[str, bool, int, str, bool]
) -> None:
    check_local(place, case)


@pytest.mark.parametrize("kind", ["rename", "import"])
def test_every_request_has_its_faults(place: Place, kind: str) -> None:
    act = act_of(place, kind).prepare()
    place.stand_in.requests.clear()
    act.do()
    asked = [(each.method, each.path) for each in place.stand_in.requests]
    expected = [(method, path.rstrip("/*")) for method, path in REQUESTS[kind]]
    assert [(m, p[: len(e)]) for (m, p), (_, e) in zip(asked, expected, strict=True)] == expected
