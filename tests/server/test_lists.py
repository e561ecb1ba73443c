"""Long lists are paged through without gaps and doubles, whatever is added meanwhile."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from tests.server.rows import copy_row, insert_rows
from tests.server.served import PROJECT, Person, spec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tests.server.served import Served
    from tests.stand_in import StandIn

MANY, PART, FEW = 100_000, 700, 3_000
"""Rows: of the whole list, of what is paged through in small steps, of the local backend."""
LETTERS = "-.09AZ_az"
"""Characters of ids, in the order of their code points, which no language sorts them in."""


@pytest.mark.sweep
def test_a_list_of_100_000_has_no_gap_while_rows_are_added(ada: Person, stand_in: StandIn) -> None:
    standing = made_up_ids(MANY, seed=1)
    added = made_up_ids(400, seed=2, besides=standing)
    insert_rows(stand_in, PROJECT, standing)
    stand_in.requests.clear()

    def add(number: int) -> None:
        if number % 10 == 0:
            insert_rows(stand_in, PROJECT, (added.pop() for _ in range(20)))
        if number % 40 == 0:
            create_at_both_ends(ada, number)

    pages = list(paged(ada, 1000, add))
    check_pages(pages, 1000, standing)
    assert stand_in.requests.count("POST", "/rest/v1/rpc/list_dags") == len(pages)
    small = list(paged(ada, 7, after=sorted(standing)[-PART]))
    check_pages(small, 7, sorted(standing)[-PART + 1 :])


def test_a_list_of_the_local_backend_has_no_gap_while_rows_are_added(
    local: Served,
) -> None:
    me = Person(local)
    me.create(spec("Like this"))
    standing = made_up_ids(FEW, seed=3)
    registry = local.root / PROJECT / ".git/dagctl/top" / "registry.db"
    copy_row(registry, "like_this", standing)

    def add(number: int) -> None:
        if number % 15 == 0:
            create_at_both_ends(me, number)
            copy_row(registry, "like_this", [f"{number}", f"zz{number}"])

    check_pages(list(paged(me, 100, add)), 100, [*standing, "like_this"])


def made_up_ids(count: int, seed: int, besides: Iterable[str] = ()) -> list[str]:
    """Return ids in no order, which differ by more than case from each other and from `besides`."""
    chance = random.Random(seed)
    taken = {dag_id.casefold() for dag_id in besides}
    ids: list[str] = []
    while len(ids) < count:
        dag_id = chance.choice(LETTERS[2:]) + "".join(chance.choices(LETTERS, k=12))
        if dag_id.casefold() not in taken:
            taken.add(dag_id.casefold())
            ids.append(dag_id)
    return ids


def paged(
    person: Person,
    limit: int,
    between: Callable[[int], None] = lambda _: None,
    after: str | None = None,
) -> Iterator[list[str]]:
    """Yield the ids of each page, until a page is the last one."""
    number, cursor = 0, after
    while number == 0 or cursor is not None:
        given = {} if cursor is None else {"cursor": cursor}
        found = person.get("/dags", limit=limit, **given)
        assert found.status_code == 200, found.text
        page: dict[str, Any] = found.json()
        yield [row["dag_id"] for row in page["dags"]]
        number, cursor = number + 1, page["next_cursor"]
        between(number)


def check_pages(pages: list[list[str]], limit: int, standing: list[str]) -> None:
    """Check that pages are full, their ids in order, each once, and those that stood all there."""
    assert {len(page) for page in pages[:-1]} <= {limit}
    assert 1 <= len(pages[-1]) <= limit
    listed = [dag_id for page in pages for dag_id in page]
    assert all(one < other for one, other in pairwise(listed))
    assert set(standing) <= set(listed)


def create_at_both_ends(person: Person, number: int) -> None:
    """Create a DAG before the place of the cursor, and one behind it."""
    for name in (f"0 before {number}", f"zz behind {number}"):
        assert person.create(spec(name)).status_code == 200
