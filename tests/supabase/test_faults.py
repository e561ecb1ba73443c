"""Promise 3 over HTTP: each fault at each request of an operation, then one more command."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import pytest

from dagctl.errors import DagctlError, UnfinishedError
from tests.supabase.local_faults import recover, repeat
from tests.supabase.place import At
from tests.supabase.remote_faults import DONE, FOREVER, KINDS, UNDONE
from tests.supabase.samples import sampled

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.supabase.place import Place

pytestmark = pytest.mark.usefixtures("quick")

REFRESH = {"refresh": ("POST", "/auth/v1/token")}


@dataclass(frozen=True)
class Case:
    """A command, and what goes wrong with which of its requests, how often."""

    command: str
    """`create` or `update`."""
    step: str
    kind: str
    times: int | None

    def __str__(self) -> str:
        often = "always" if self.times is FOREVER else "once"
        return f"{self.command}: {self.kind} {often} at {self.step}"

    def arm(self, place: Place) -> None:
        method, path = (DONE | UNDONE | REFRESH)[self.step]
        place.stand_in.faults.add(method, path, KINDS[self.kind](), times=self.times)


ALL_SINGLES = [Case(*one) for one in product(("create", "update"), DONE, KINDS, (1, FOREVER))]
SINGLES = [
    case
    for number, case in enumerate(ALL_SINGLES)
    # a fault that stays: half of the kinds for the one command, half for the other
    if case.times == 1 or (number // 2) % 2 == (case.command == "update")
]
ENOUGH = ("403", "409", "lost answer", "late")
"""Kinds that stand for the others: two refusals, and two after which nothing is known."""
PAIRS = [
    (Case(command, step, kind, FOREVER), Case(command, second, other, 1))
    for command, step, kind, second, other in product(
        ("create", "update"), ("reserve", "upload", "confirm"), ENOUGH, UNDONE, KINDS
    )
]


def prepared(place: Place, command: str) -> Path:
    """Return the spec to create; for an update its DAG exists, and the spec has changed."""
    if command == "create":
        return place.spec("specs/x.yaml")
    place.create(place.spec("specs/x.yaml"))
    return place.spec("specs/x.yaml", word="two")


def told(place: Place, spec: Path, listener: At | None) -> str:
    """Return what the user is told: `done`, `not done` or `unfinished`."""
    try:
        (dag,) = place.create(spec, listener=listener).dags
    except UnfinishedError:
        return "unfinished"
    except DagctlError:
        return "not done"
    assert dag.commit_id
    return "done"


def check(
    place: Place,
    *cases: Case,
    follow: Callable[[Place, Path], None],
    listener: At | None = None,
) -> None:
    """Run a command with faults, then another without; check what was told, and agreement."""
    command = cases[0].command
    spec = prepared(place, command)
    before = place.versions()
    after = {"orders": 1 if command == "create" else 2}
    for case in cases:
        case.arm(place)
    said = told(place, spec, listener)
    place.stand_in.faults.clear()
    if said == "done":
        assert place.versions() == after
    elif said == "not done":
        assert place.versions() == before
        place.check_agreement()
    place.stand_in.settle()
    if said != "unfinished":
        assert place.versions() == (after if said == "done" else before)
    follow(place, spec)
    place.check_agreement()


@pytest.mark.parametrize("case", sampled(SINGLES, 9), ids=str)
def test_promise_3_after_any_fault_one_command_brings_agreement(place: Place, case: Case) -> None:
    follow = random.Random(str(case)).choice([recover, repeat])
    check(place, case, follow=follow)


@pytest.mark.sweep
@pytest.mark.parametrize("case", ALL_SINGLES, ids=str)
def test_promise_3_after_every_fault_each_next_command_brings_agreement(
    place: Place, case: Case
) -> None:
    follow = random.Random(f"{case} again").choice([recover, repeat])
    check(place, case, follow=follow)


MIDDLE = ("401", "503", "lost request", *ENOUGH)
RENEWALS = [
    *(("", Case("create", "refresh", kind, times)) for kind in KINDS for times in (1, FOREVER)),
    *(
        (step, Case(("create", "update")[number % 2], "refresh", kind, FOREVER))
        for number, (kind, step) in enumerate(product(MIDDLE, list(DONE)[1:]))
    ),
]


@pytest.mark.parametrize(
    ("step", "case"), RENEWALS, ids=[f"{case} before {step or 'all'}" for step, case in RENEWALS]
)
def test_promise_3_after_any_fault_while_the_session_is_renewed(
    place: Place, step: str, case: Case
) -> None:
    if not step:
        place.expire()
    follow = random.Random(f"{step} {case}").choice([recover, repeat])
    check(place, case, follow=follow, listener=At(step, place.expire))


SAMPLE = random.Random(1).sample(PAIRS, 12)


def both(pair: tuple[Case, Case]) -> str:
    return f"{pair[0]}, then {pair[1].kind} at {pair[1].step}"


@pytest.mark.parametrize("pair", SAMPLE, ids=both)
def test_promise_3_after_a_second_fault_while_undoing(
    place: Place, pair: tuple[Case, Case]
) -> None:
    check(place, *pair, follow=recover)


@pytest.mark.sweep
@pytest.mark.parametrize("pair", PAIRS, ids=both)
def test_promise_3_after_every_second_fault_while_undoing(
    place: Place, pair: tuple[Case, Case]
) -> None:
    check(place, *pair, follow=recover)
