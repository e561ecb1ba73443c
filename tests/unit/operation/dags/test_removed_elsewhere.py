"""What a commit of another clone has removed is seen with few questions to git."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.operation.change import asked
from dagctl.operation.dags.removed_elsewhere import removed_elsewhere
from tests.twins.repo import MemoryRepo
from tests.unit.operation.conftest import World, spec

if TYPE_CHECKING:
    from collections.abc import Collection


class Asked(MemoryRepo):
    """A repository that counts the questions which start git."""

    times = 0

    def outside(self, commits: Collection[str], *, of: str = "") -> frozenset[str]:
        self.times += 1
        return super().outside(commits, of=of)


def test_dags_of_one_commit_are_asked_about_at_once() -> None:
    world = World()
    world.backend.repo = repo = Asked()
    world.create(*(asked(spec(name)) for name in ("Orders", "Sales", "Stock")))
    records = list(world.backend.registry.rows.values())
    files = {record.file_path: b"x" for record in records}
    repo.head = "refs/heads/other"  # where another clone has removed them
    repo.add(repo.head, files, "files")
    repo.add(repo.head, {}, "removed", operation_id="of another clone")
    repo.times = 0
    removed = removed_elsewhere(world.context(), records)
    assert sorted(each.dag_id for each in removed) == ["orders", "sales", "stock"]
    assert repo.times == 2
