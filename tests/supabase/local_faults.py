"""What may go wrong on this machine, and what must be true after it."""

from __future__ import annotations

import errno
import random
import traceback
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from dagctl.errors import DagctlError, UnfinishedError
from tests.stand_in import faults
from tests.supabase.breaking import DISK, Break, Killed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.supabase.place import Place


READING = ("journal.aside", "journal.entries", "journal.aside 2")
"""How the journal is read: what is set aside as unreadable is told."""


PREPARING = (*READING, "registry.find", "files.read")
PUBLISHING = (
    *(
        "repo.preflight",
        "journal.write",
        "registry.reserve",
        "journal.write 2",
        "store.put",
        "files.write",
        "repo.commit",
    ),
    *("repo.stage", "registry.confirm", "repo.unstaged", "show", "journal.delete"),
)
UPDATING = (*PREPARING, "repo.made_here", *PUBLISHING)
CREATING = (*PREPARING[:4], "files.python_files", *PREPARING[4:], *PUBLISHING)
DOING = {"create": CREATING, "update": UPDATING}
"""The calls of an operation that ends well. For a spec that is new the DAGs folder is listed."""


TAKING_COMMIT_BACK = (
    *("registry.begin_abort", "repo.find_commit", "journal.write 3", "repo.uncommit"),
    "files.restore",
)
UNDOING = {
    "create": (
        *(*TAKING_COMMIT_BACK, "store.delete", "registry.abort", "repo.find_commit 2"),
        *("store.get", "journal.delete"),
    ),
    "update": (
        *(*TAKING_COMMIT_BACK, "registry.find 2", "store.put 2", "registry.abort"),
        *("repo.find_commit 2", "journal.delete"),
    ),
}
"""The further calls of one whose confirmation is refused."""


REMOTE = ("registry.", "store.")


DISK_KINDS = [(errno.errorcode[code], False) for code in DISK]


KINDS = (
    *DISK_KINDS,
    ("EIO", True),
    *product(("interrupt", "kill"), (False, True)),
)


CONFIRM = ("POST", "/rest/v1/rpc/confirm")


@dataclass(frozen=True)
class Case:
    """A command, whether its confirmation is refused, and the call at which it goes wrong."""

    command: str
    refused: bool
    at: str
    kind: str
    after: bool

    def __str__(self) -> str:
        when = "after" if self.after else "before"
        first = "refused " if self.refused else ""
        return f"{first}{self.command}: {self.kind} {when} {self.at}"

    def broken(self) -> Break:
        return Break(self.at, self.kind, self.after)


def local(calls: tuple[str, ...]) -> list[str]:
    return [call for call in calls if not call.startswith(REMOTE)]


POINTS = [
    *((command, False, at) for command in DOING for at in local(DOING[command])),
    *(("create", True, at) for at in local(UNDOING["create"])),
    *(("update", True, at) for at in ("repo.uncommit", "files.restore")),
]
"""Every call that does not go to the server; `test_faults` breaks the others."""


SINGLES = [
    Case(*point, *kind)
    for point, kind in product(POINTS, KINDS)
    # what a disk refuses differs in its words only: one command meets one half, one the other
    if kind not in DISK_KINDS or DISK_KINDS.index(kind) % 2 == (point[0] == "update")
]


def prepared(place: Place, command: str, *, refused: bool = False) -> Path:
    """Return the spec to create; for an update its DAG exists, and the spec has changed."""
    spec = place.spec("specs/x.yaml")
    if command == "update":
        place.create(spec)
        spec = place.spec("specs/x.yaml", word="two")
    if refused:
        place.stand_in.faults.add(*CONFIRM, faults.answer(403), times=None)
    return spec


def told(place: Place, spec: Path, broken: Break) -> str:
    """Return what the user is told: `done`, `not done`, `unfinished`, or `nothing`.

    An exception is printed, as a script would print it.
    """
    said = "nothing"

    def tell(_: object) -> None:
        nonlocal said
        broken.around("show", lambda: None)
        said = "done"

    try:
        with broken.into(place.open()) as client:
            client.create(spec, on_result=tell)
    except UnfinishedError:
        traceback.print_exc()
        return "unfinished"
    except (DagctlError, OSError):
        traceback.print_exc()
        # after the pivot it is standard output that fails: nothing is said of the DAG
        return "nothing" if broken.at == "show" else "not done"
    except (KeyboardInterrupt, Killed):
        return said
    return said


def check_told(place: Place, command: str, said: str, *, is_disk_dead: bool = False) -> None:
    """Check that what the user was told is true.

    Nobody can remove the journal from a disk that takes no change any more: the next command does.
    """
    before = {} if command == "create" else {"orders": 1}
    after = {"orders": 1 if command == "create" else 2}
    if said == "done":
        assert place.versions() == after
    elif said == "not done":
        assert place.versions() == before
        place.check_agreement(left="an entry" if is_disk_dead else "nothing")
    else:
        assert place.versions() in (before, after)
    if said == "unfinished":
        assert list((place.root / ".git/dagctl/top/journal").glob("*.json"))


def recover(place: Place, spec: Path) -> None:
    del spec
    place.recover()


def repeat(place: Place, spec: Path) -> None:
    """Give the same command again: whatever was before, there is one DAG now."""
    (dag,) = place.create(spec).dags
    assert dag.dag_id == "orders"
    assert list(place.versions()) == ["orders"]


def read(place: Place, spec: Path) -> None:
    """Do no more than look."""
    del spec
    place.records()


def follow(place: Place, spec: Path, seed: str, *, half_written: bool = False) -> None:
    """Give one further command, and check that all agree.

    A file of the journal that is only half written is no entry: who merely reads lets it lie.
    """
    command = random.Random(seed).choice([recover, repeat, read])
    command(place, spec)
    may_stay = half_written and command is read
    place.check_agreement(left="half a file" if may_stay else "nothing")


LOOKING = (*READING, "registry.status", "repo.find_commit")


FINISHING = (*LOOKING, "repo.stage", "registry.confirm", "journal.delete")


TAKING_BACK = (
    *(*LOOKING, "registry.begin_abort", "repo.find_commit 2", "files.restore"),
    *("store.delete", "registry.abort", "repo.find_commit 3", "store.get", "journal.delete"),
)


PUTTING_BACK = (
    *(*LOOKING, "registry.begin_abort", "repo.find_commit 2", "files.restore"),
    *("registry.find", "store.put", "registry.abort", "repo.find_commit 3", "journal.delete"),
)


ABORTING = (
    *(*TAKING_BACK[:7], "repo.stage", *TAKING_BACK[7:11], "repo.stage 2", *TAKING_BACK[11:]),
)
"""The commit is taken back already, and the index may not know it."""
RECOVERIES = (
    (Case("create", refused=False, at="repo.commit", kind="kill", after=True), FINISHING),
    (Case("update", refused=False, at="repo.stage", kind="kill", after=True), FINISHING),
    (Case("create", refused=False, at="files.write", kind="kill", after=True), TAKING_BACK),
    (Case("update", refused=False, at="store.put", kind="kill", after=True), PUTTING_BACK),
    (Case("create", refused=True, at="repo.uncommit", kind="kill", after=True), ABORTING),
    (
        Case("update", refused=True, at="journal.write 3", kind="kill", after=True),
        (
            *(*PUTTING_BACK[:7], "journal.write", "repo.uncommit", *PUTTING_BACK[7:-1]),
            *("repo.stage", "journal.delete"),
        ),
    ),
    (Case("create", refused=True, at="files.restore", kind="EIO", after=False), ABORTING),
)
"""A command that leaves something to be made good, and the calls by which that is done."""


REQUESTS = {
    "status": ("POST", "/rest/v1/rpc/operation_status"),
    "confirm": CONFIRM,
    "fence": ("POST", "/rest/v1/rpc/begin_abort"),
    "abort": ("POST", "/rest/v1/rpc/abort"),
    "download": ("GET", "/storage/v1/object/*"),
    "put back": ("POST", "/storage/v1/object/*"),
    "removal": ("DELETE", "/storage/v1/object/*"),
}


def broken_first(place: Place, case: Case) -> Path:
    """Let a command go wrong, so that something is left to be made good; return its spec."""
    spec = prepared(place, case.command, refused=case.refused)
    assert told(place, spec, case.broken()) in {"nothing", "unfinished"}
    place.stand_in.faults.clear()
    return spec


CHANGES = 60
"""More changes than an operation makes to the disk."""


DISKS = [
    (command, number, code, lasting)
    for command, number, code, lasting in product(
        ("create", "update"), range(1, CHANGES), DISK, (False, True)
    )
]


def disk_id(disk: tuple[str, int, int, bool]) -> str:
    command, number, code, lasting = disk
    return f"{command}: {errno.errorcode[code]} {'from' if lasting else 'at'} {number}"
