"""Specs that are too long to come all in one answer: a list reads none, the rest asks for fewer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.http import bounds
from dagctl.adapters.supabase import large_body
from dagctl.adapters.supabase.supabase_errors import TooLargeError
from tests.stand_in import faults
from tests.supabase.remote_faults import KINDS

if TYPE_CHECKING:
    from tests.supabase.place import Place

FUNCTION = "/rest/v1/rpc/"
IDS = ["orders", *(f"orders_{number}" for number in range(2, 7))]


@pytest.fixture
def large(place: Place) -> Place:
    """Six DAGs with specs that fit into an answer two at a time; the first has six versions."""
    place.create(*(place.spec(f"specs/{n}.yaml", word=str(n)) for n in range(len(IDS))))
    for number in range(5):
        place.create(place.spec("specs/0.yaml", word=f"again {number}"))
    place.stand_in.sql("alter table public.user_dag_versions disable trigger user")
    for table in ("user_dags", "user_dag_versions"):
        place.stand_in.sql(
            f"update public.{table} set spec = spec || "
            "jsonb_build_object('doc_md', repeat('x', %s))",
            bounds.LARGEST // 5 * 2,
        )
    place.stand_in.sql("alter table public.user_dag_versions enable trigger user")
    place.stand_in.requests.clear()
    return place


@pytest.fixture
def small_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "LARGEST", 100_000)


@pytest.mark.usefixtures("small_answers")
def test_a_list_takes_one_request_however_long_the_specs_are(large: Place) -> None:
    records = large.records()
    assert [record.dag_id for record in records] == IDS
    assert {len(record.spec) for record in records} == {0}
    assert large.stand_in.requests.count("POST", f"{FUNCTION}list_dags") == 1


@pytest.mark.usefixtures("small_answers")
def test_what_needs_the_specs_asks_for_fewer_at_a_time(large: Place) -> None:
    with large.open() as client:
        assert [entry.version.version for entry in client.history("orders").entries] == [
            *range(6, 0, -1)
        ]
        states = {finding.name: finding.state for finding in client.doctor()}
        assert states["records"] == "ok"
        assert len(client.get("orders_6").spec["doc_md"]) == bounds.LARGEST // 5 * 2
    specs = [large.spec(f"specs/{n}.yaml", word="new") for n in range(len(IDS))]
    made = large.create(*specs).dags
    assert {dag.dag_id: dag.version for dag in made} == dict.fromkeys(IDS, 2) | {"orders": 7}
    large.check_agreement()


@pytest.mark.usefixtures("small_answers")
def test_what_needs_no_spec_reads_none(large: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """No spec fits into an answer here, and each question about DAGs fits into its first one."""
    monkeypatch.setattr(bounds, "LARGEST", 30_000)
    specs = [large.spec(f"specs/{n}.yaml", word=str(n)) for n in range(1, len(IDS))]
    with large.open() as client:
        assert {dag.action for dag in client.plan(specs).dags} == {"unchanged"}
        assert {dag.state for dag in client.create(specs).dags} == {"unchanged"}
        listed = list(client.list())
        assert [each.record.dag_id for each in client.outdated(listed[1:])] == []
        assert {dag.file for dag in client.pull(IDS[1:], dry_run=True)} == {"current"}
    assert large.stand_in.requests.count("POST", f"{FUNCTION}find_dags") == 3


@pytest.mark.usefixtures("small_answers", "quick")
def test_a_question_that_takes_too_long_is_asked_in_parts(
    large: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At 57014 (`statement_timeout`) the same question would take as long again."""
    monkeypatch.setattr(bounds, "LARGEST", 1_000_000)
    body = {"code": "57014", "message": "canceling statement due to statement timeout"}
    find, versions = (f"{FUNCTION}{name}" for name in ("find_dags", "dag_versions"))
    specs = [large.spec(f"specs/{n}.yaml", word="new") for n in range(len(IDS))]
    with large.open() as client:
        # the first question of a plan has no specs
        large.stand_in.faults.add("POST", find, faults.answer(500, body), nth=2, times=2)
        planned = client.plan(specs).dags
        assert {dag.dag_id for dag in planned if dag.changes} == {*IDS}
        assert large.stand_in.requests.count("POST", find) == 1 + 5
        large.stand_in.faults.add("POST", versions, faults.answer(500, body))
        assert len(client.history("orders", limit=5).entries) == 5
        assert large.stand_in.requests.count("POST", versions) == 3


@pytest.mark.usefixtures("small_answers")
def test_a_single_spec_that_fits_no_answer_is_asked_for_once(
    large: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "LARGEST", 20_000)
    with large.open() as client, pytest.raises(TooLargeError, match="the answer is larger than"):
        client.get("orders_2")
    assert large.stand_in.requests.count("POST", f"{FUNCTION}find_dags") == 1


def test_what_the_database_cannot_put_into_one_array_is_asked_for_in_parts(place: Place) -> None:
    """PostgreSQL ends an array of JSON at 256 MB, with 54000; PostgREST makes that a 500."""
    place.create(place.spec("specs/a.yaml"), place.spec("specs/b.yaml", word="two"))
    body = {"code": "54000", "message": "total size of jsonb array elements exceeds the maximum"}
    place.stand_in.faults.add("POST", f"{FUNCTION}find_dags", faults.answer(500, body))
    place.stand_in.requests.clear()
    with place.open() as client:
        removed = client.remove(["orders", "orders_2"])
    assert [dag.version for dag in removed.dags] == [2, 2]
    place.check_agreement()


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("fault", ["lost request", "lost answer", "half an answer", "503", "401"])
def test_what_is_sent_from_a_file_is_sent_whole_again(
    place: Place, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr(large_body, "LARGE", 100)
    for function in ("reserve", "confirm"):
        place.stand_in.faults.add("POST", f"{FUNCTION}{function}", KINDS[fault](), times=1)
    (dag,) = place.create(place.spec("specs/orders.yaml")).dags
    assert dag.state == "created"
    assert place.stand_in.requests.count("POST", f"{FUNCTION}confirm") == 2
    place.check_agreement()
