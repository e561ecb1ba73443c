"""What an operation costs: requests, and what is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.supabase.costs import asked

if TYPE_CHECKING:
    from tests.supabase.place import Place


def test_creating_one_dag_takes_four_requests(place: Place) -> None:
    place.create(place.spec("specs/x.yaml"))
    assert asked(place) == {"find_dags": 1, "reserve": 1, "upload": 1, "confirm": 1}
    place.check_agreement()


def test_updating_one_dag_takes_four_requests(place: Place) -> None:
    place.create(place.spec("specs/x.yaml"))
    asked(place)
    place.create(place.spec("specs/x.yaml", word="two"))
    assert asked(place) == {"find_dags": 1, "reserve": 1, "upload": 1, "confirm": 1}
    place.check_agreement()


def test_an_unchanged_dag_takes_one_request_and_a_look_at_its_object(place: Place) -> None:
    spec = place.spec("specs/x.yaml")
    place.create(spec)
    asked(place)
    place.create(spec)
    assert asked(place) == {"find_dags": 1, "upload": 1}


def test_creating_a_hundred_dags_takes_three_requests_and_the_uploads(place: Place) -> None:
    place.create(*(place.spec(f"specs/{n}.yaml", f"Orders {n}") for n in range(100)))
    assert asked(place) == {"find_dags": 1, "reserve": 1, "upload": 100, "confirm": 1}
    place.check_agreement()


def test_a_hundred_dags_of_one_name_take_one_request_more(place: Place) -> None:
    place.create(place.spec("specs/x.yaml"))
    asked(place)
    place.create(*(place.spec(f"specs/{n}.yaml", word=str(n)) for n in range(100)))
    counted = asked(place)
    assert counted.pop("upload") == 100
    assert counted.total() <= 5
    place.check_agreement()


def test_a_page_takes_one_request(place: Place) -> None:
    place.create(*(place.spec(f"specs/{n}.yaml", f"Orders {n}") for n in range(3)))
    asked(place)
    with place.open() as client:
        page = next(client.pages(page_size=2))
    assert [record.dag_id for record in page.records] == ["orders_0", "orders_1"]
    assert asked(place) == {"list_dags": 1}


def test_ten_thousand_names_are_looked_for_by_one_request(place: Place) -> None:
    place.create(place.spec("specs/x.yaml", "Orders 7"))
    asked(place)
    with place.open() as client:
        names = [f"orders_{n}" for n in range(10_000)]
        records = client._backend.registry.find(dag_ids=names, removed=True, specs=False)
    assert [record.dag_id for record in records] == ["orders_7"]
    assert asked(place) == {"find_dags": 1}


def test_an_export_takes_one_request_a_dag_and_one_more_for_older_versions(place: Place) -> None:
    place.create(place.spec("specs/x.yaml"))
    place.create(place.spec("specs/y.yaml", "Other"))
    place.create(place.spec("specs/x.yaml", word="two"))
    place.stand_in.requests.clear()
    with place.open() as client:
        client.export(place.root / "all.zip")
    asked = place.stand_in.requests.matching("POST", "/rest/v1/rpc/dag_versions")
    assert len(asked) == 3
