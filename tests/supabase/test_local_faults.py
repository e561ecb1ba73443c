"""Promise 3 where the server is well and the machine is not: each local step, on a real project.

The adapters are the real ones: HTTP, git and the disk. One call of one port, or one system call,
goes wrong, or the process dies there; then comes one more command. Promise 7 holds as well: after
each of these tests no secret is in what was printed, written, committed or stored.
"""

from __future__ import annotations

import random
import signal
import traceback
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import pytest

from dagctl.errors import DagctlError, UnfinishedError
from tests.e2e.conftest import in_child, kill_at_effect
from tests.stand_in import faults
from tests.supabase.breaking import Break, Killed, bad_disk
from tests.supabase.local_faults import (
    DISKS,
    DOING,
    FINISHING,
    RECOVERIES,
    REQUESTS,
    SINGLES,
    UNDOING,
    Case,
    broken_first,
    check_told,
    disk_id,
    follow,
    prepared,
    told,
)
from tests.supabase.samples import sampled

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.supabase.place import Place

pytestmark = pytest.mark.usefixtures("quick", "kept_secret")


@pytest.mark.parametrize("command", DOING)
@pytest.mark.parametrize("refused", [False, True])
def test_every_call_has_its_faults(place: Place, command: str, *, refused: bool) -> None:
    broken = Break("nothing", "kill")
    told(place, prepared(place, command, refused=refused), broken)
    done = DOING[command]
    begun = done.index("registry.confirm") + 1
    expected = (*done[:begun], *UNDOING[command]) if refused else done
    assert tuple(broken.calls) == expected


@pytest.mark.parametrize("case", sampled(SINGLES, 8), ids=str)
def test_promise_3_after_any_local_fault_one_command_brings_agreement(
    place: Place, case: Case
) -> None:
    spec = prepared(place, case.command, refused=case.refused)
    broken = case.broken()
    said = told(place, spec, broken)
    place.stand_in.faults.clear()
    assert broken.was_hit
    check_told(place, case.command, said)
    follow(place, spec, str(case))


# --- One more fault while the first one is made good ---

SECOND_KINDS = tuple(product(("EIO", "interrupt", "kill"), (False, True)))
PAIRS = [
    (first, replace(first, refused=False, at=at, kind=kind, after=after))
    for first, calls in RECOVERIES
    for at, (kind, after) in product(calls, SECOND_KINDS)
]
REMOTE_KINDS: dict[str, Callable[[], faults.Fault]] = {
    "lost request": faults.drop_before,
    "lost answer": faults.drop_after,
    "late": lambda: faults.late(60),
    "403": lambda: faults.answer(403),
    "503": lambda: faults.answer(503),
}
MIXED = [
    (first, request, kind, times)
    for (first, calls), request, kind, times in product(
        RECOVERIES, REQUESTS, REMOTE_KINDS, (1, None)
    )
    if (request == "confirm") == (calls is FINISHING) or request == "status"
]


def pair_id(pair: tuple[Case, Case]) -> str:
    when = "after" if pair[1].after else "before"
    return f"{pair[0]}, then {pair[1].kind} {when} {pair[1].at}"


def mixed_id(mixed: tuple[Case, str, str, int | None]) -> str:
    return f"{mixed[0]}, then {mixed[2]} {'once' if mixed[3] else 'always'} at {mixed[1]}"


def check_second_fault(place: Place, first: Case, second: Case) -> None:
    spec = broken_first(place, first)
    broken = second.broken()
    try:
        with broken.into(place.open()) as client:
            client.recover()
    except (DagctlError, OSError, KeyboardInterrupt, Killed):
        traceback.print_exc()
    assert broken.was_hit
    follow(place, spec, pair_id((first, second)))


def check_remote_fault(place: Place, mixed: tuple[Case, str, str, int | None]) -> None:
    first, request, kind, times = mixed
    spec = broken_first(place, first)
    place.stand_in.faults.add(*REQUESTS[request], REMOTE_KINDS[kind](), times=times)
    try:
        place.recover()
    except UnfinishedError:
        traceback.print_exc()
        assert list((place.root / ".git/dagctl/top/journal").glob("*.json"))
    place.stand_in.faults.clear()
    place.stand_in.settle()
    follow(place, spec, mixed_id(mixed))


@pytest.mark.parametrize(("first", "calls"), RECOVERIES, ids=str)
def test_every_call_of_a_recovery_has_its_faults(
    place: Place, first: Case, calls: tuple[str, ...]
) -> None:
    broken_first(place, first)
    broken = Break("nothing", "kill")
    with broken.into(place.open()) as client:
        client.recover()
    assert tuple(broken.calls) == calls


@pytest.mark.parametrize("pair", random.Random(2).sample(PAIRS, 12), ids=pair_id)
def test_promise_3_after_a_second_fault_during_recovery(
    place: Place, pair: tuple[Case, Case]
) -> None:
    check_second_fault(place, *pair)


@pytest.mark.sweep
@pytest.mark.parametrize("pair", PAIRS, ids=pair_id)
def test_promise_3_after_every_second_fault_during_recovery(
    place: Place, pair: tuple[Case, Case]
) -> None:
    check_second_fault(place, *pair)


@pytest.mark.parametrize("mixed", random.Random(3).sample(MIXED, 8), ids=mixed_id)
def test_promise_3_after_a_remote_fault_during_recovery(
    place: Place, mixed: tuple[Case, str, str, int | None]
) -> None:
    check_remote_fault(place, mixed)


@pytest.mark.sweep
@pytest.mark.parametrize("mixed", MIXED, ids=mixed_id)
def test_promise_3_after_every_remote_fault_during_recovery(
    place: Place, mixed: tuple[Case, str, str, int | None]
) -> None:
    check_remote_fault(place, mixed)


# --- System calls ---


def check_disk(place: Place, patch: pytest.MonkeyPatch, disk: tuple[str, int, int, bool]) -> None:
    command, number, code, lasting = disk
    spec = prepared(place, command)
    with bad_disk(patch, number, code, lasting=lasting) as broken:
        said = told(place, spec, Break("nothing", "kill"))
    if broken.seen < number:
        assert said == "done"
    check_told(place, command, said, is_disk_dead=lasting)
    follow(place, spec, disk_id(disk), half_written=True)


@pytest.mark.parametrize("disk", random.Random(4).sample(DISKS, 8), ids=disk_id)
def test_promise_3_on_a_bad_disk(
    place: Place, monkeypatch: pytest.MonkeyPatch, disk: tuple[str, int, int, bool]
) -> None:
    check_disk(place, monkeypatch, disk)


@pytest.mark.sweep
@pytest.mark.parametrize("disk", DISKS, ids=disk_id)
def test_promise_3_on_every_bad_disk(
    place: Place, monkeypatch: pytest.MonkeyPatch, disk: tuple[str, int, int, bool]
) -> None:
    check_disk(place, monkeypatch, disk)


def check_kill(place: Place, command: str, number: int) -> None:
    """Kill a process of its own, as only the system can, before its n-th effect."""
    spec = prepared(place, command)

    def run() -> None:
        kill_at_effect(number)
        place.create(spec)

    assert in_child(run) in {0, -signal.SIGKILL}
    follow(place, spec, f"{command} {number}", half_written=True)


@pytest.mark.parametrize("command", ["create", "update"])
@pytest.mark.parametrize("number", range(6, 60, 18))
def test_promise_3_after_a_kill_inside_a_step(place: Place, command: str, number: int) -> None:
    check_kill(place, command, number)


@pytest.mark.sweep
@pytest.mark.parametrize("command", ["create", "update"])
@pytest.mark.parametrize("number", range(1, 80))
def test_promise_3_after_a_kill_before_every_effect(
    place: Place, command: str, number: int
) -> None:
    check_kill(place, command, number)
