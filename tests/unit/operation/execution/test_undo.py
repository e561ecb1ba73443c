"""What is put back into the store is what the registry has recorded, whatever the journal says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from dagctl.commands.recover import recover, recover_if_idle
from dagctl.errors import UnfinishedError
from dagctl.operation.change import asked, digest_of
from dagctl.operation.journal.entry import Phase
from dagctl.operation.journal.entry_form import from_data, to_data
from tests.unit.operation.conftest import PROJECT, Fault, Killed, World, faulty, spec

if TYPE_CHECKING:
    from dagctl.operation.journal.entry import JournalEntry

EVIL = b"import os; os.system('evil')"
FIRST = asked(spec(), "specs/a.yaml")
SECOND = asked(spec(command="echo 2"), "specs/a.yaml")


def unfinished(world: World) -> JournalEntry:
    """Begin an update whose process is killed after the upload; return its journal's entry."""
    probe, like = Fault(0, Killed, after=False), World()
    for each in (like, world):
        each.create(FIRST)
    like.create(SECOND, backend=faulty(like.backend, probe))
    fault = Fault(probe.names.index("store.put") + 1, Killed, after=True)
    with pytest.raises(UnfinishedError):
        world.create(SECOND, backend=faulty(world.backend, fault))
    ((operation_id, data),) = world.backend.journal.entries().items()
    return from_data(operation_id, data)


@pytest.mark.parametrize("is_file_forged", [False, True])
def test_promise_9_only_recorded_bytes_are_put_back(world: World, *, is_file_forged: bool) -> None:
    entry = unfinished(world)
    backend = world.backend
    (key,) = backend.store.objects
    recorded = next(iter(backend.registry.rows.values())).content_digest
    change = replace(entry.effects[0], old_object=EVIL)
    if is_file_forged:
        change = replace(change, old_file=EVIL)
    backend.journal.write(entry.operation_id, to_data(replace(entry, changes=(change,))))
    recover(world.context())
    content = backend.store.objects.get(key)
    if is_file_forged:
        assert content is None
    else:
        assert content is not None
        assert digest_of(content) == recorded


def test_a_reader_does_not_touch_the_damaged_entry_of_a_live_operation(world: World) -> None:
    entry = unfinished(world)
    backend = world.backend
    backend.journal.write(entry.operation_id, {"format": 2})
    statuses = dict(backend.registry.statuses)
    with backend.journal.lock(wait=0):
        assert recover_if_idle(world.context()).recovered == ()
        assert list(backend.journal.entries()) == [entry.operation_id]
        assert backend.registry.statuses == statuses
    recover_if_idle(world.context())
    assert backend.journal.entries() == {}
    assert backend.journal.aside() == (entry.operation_id,)


def test_what_a_later_dagctl_has_left_to_another_project_stops_no_work() -> None:
    world = World()
    left = {**to_data(replace(unfinished(world), phase=Phase.LEFT)), "format": 99}
    id_, journal = left["operation_id"], world.backend.journal
    journal.write(id_, {**left, "project_id": str(uuid4())})
    assert world.create(asked(spec("Other"))).dags[0].state == "created"
    assert recover(world.context()).recovered == ()
    assert list(journal.entries()) == [id_]
    journal.write(id_, {**left, "project_id": PROJECT, "backend": world.settings.backend})
    with pytest.raises(UnfinishedError, match="another version of dagctl"):
        world.create(asked(spec("Third")))
