"""Listing and finding: what they return, in which order, and what they cost on a large table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.database.plans import explained, nodes
from tests.database.teams import Team
from tests.postgres.requests import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.postgres.server import Server

pytestmark = pytest.mark.xdist_group("listing")  # what they share is made once, by one worker

PROJECTS, MEMBERSHIPS = 500, 20
DAGS_IN_A_PROJECT, DAGS_IN_THE_LARGE_ONE = 160, 20_160


def page(team: Team, **arguments: object) -> list[str]:
    found = team.database.call(team.viewer, "list_dags", project=team.project, **arguments)
    return [dag["dag_id"] for dag in found]


# --- What they return ---


def test_a_page_is_in_code_point_order_whatever_the_collation(team: Team) -> None:
    names = ["b", "C", "a_b", "a-b", "a.b", "_a", "9", "a", "Z", "ab", "a_b_2"]
    team.publish(*names)
    assert page(team) == sorted(names)


def test_pages_follow_each_other_by_the_last_name(team: Team) -> None:
    names = [f"d{number:02}" for number in range(7)]
    team.publish(*names)
    assert page(team, limit=3) == names[:3]
    assert page(team, limit=3, after="d02") == names[3:6]
    assert page(team, limit=3, after="d05") == names[6:]
    assert page(team, after="d06") == []


def test_a_page_may_be_of_one_owner_tag_or_user(team: Team) -> None:
    team.publish("a", owner="data", tags=["etl"])
    team.publish("b", owner="ml", tags=["etl", "ml"])
    team.publish("c", by=team.colleague, owner="data", tags=[])
    assert page(team, owner="data") == ["a", "c"]
    assert page(team, tag="etl") == ["a", "b"]
    assert page(team, user=team.colleague.user_id) == ["c"]
    assert page(team, owner="data", tag="etl", after="a") == []


def test_finding_takes_paths_and_names_at_once(team: Team) -> None:
    team.publish("a", "b", "c", "d")
    found = team.database.call(
        team.viewer,
        "find_dags",
        project=team.project,
        source_paths=["specs/d.yaml", "specs/none.yaml"],
        dag_ids=["b", "nobody"],
    )
    assert [dag["dag_id"] for dag in found] == ["b", "d"]
    assert team.find() == []


def test_no_answer_is_cut_at_the_apis_limit_of_rows(team: Team) -> None:
    """The API cuts sets at 1,000 rows; one JSON value is one row."""
    for first in (0, 600):
        team.publish(*(f"d{number:04}" for number in range(first, first + 600)))
    assert len(page(team, limit=5000)) == 1200


# --- What they cost ---


@pytest.fixture(scope="module")
def crowd(postgres_cluster: Server, project_template: str) -> Iterator[Team]:
    """100,000 DAGs in 500 projects, a large one and 499 others; the viewer is a member of 20."""
    database = Database(postgres_cluster, postgres_cluster.create_database(project_template))
    projects = [str(uuid4()) for _ in range(PROJECTS)]
    team = Team.strangers(database, projects[0])
    database.admin(
        "insert into public.project_members (project_id, user_id) "
        "select project, person from unnest(%s::uuid[]) as project, "
        "lateral (select gen_random_uuid() as person from generate_series(1, 5)) as people",
        [projects],
    )
    for project in projects[:MEMBERSHIPS]:
        database.admin(
            "insert into public.project_members values (%s, %s)", [project, team.viewer.user_id]
        )
    database.admin(
        "insert into public.user_dags "
        "(project_id, user_id, dag_id, dag_name, file_path, source_path, tags, spec) "
        "select project, gen_random_uuid(), dag, dag, 'dags/' || dag || '.py', "
        "'specs/' || dag || '.yaml', array['etl'], %s::jsonb "
        "from unnest(%s::uuid[]) as project, "
        "lateral (select 'dag_' || n as dag "
        "from generate_series(1, case project when %s then %s else %s end) as n) as dags",
        [
            '{"dag_name": "x"}',
            projects,
            team.project,
            DAGS_IN_THE_LARGE_ONE,
            DAGS_IN_A_PROJECT,
        ],
    )
    database.admin("vacuum analyze public.user_dags, public.project_members")
    yield team
    postgres_cluster.drop_database(database.name)


def reads(plans: list[Any]) -> list[dict[str, Any]]:
    """Return the nodes that read the table."""
    found = [node for plan in plans for node in nodes(plan["Plan"])]
    return [node for node in found if node.get("Relation Name") == "user_dags"]


def rows_read(plans: list[Any]) -> int:
    """Return how many rows of the table were read, whether they were of use or not."""
    return sum(
        (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        for node in reads(plans)
    )


@pytest.mark.parametrize(
    ("call", "rows"),
    [
        ("select public.list_dags(%s)", 50),
        ("select public.list_dags(%s, p_after => 'dag_150')", 50),
        ("select public.list_dags(%s, p_limit => 500)", 500),
        ("select public.list_dags(%s, p_tag => 'etl', p_limit => 20)", 20),
        ("select public.find_dags(%s, array['specs/dag_7.yaml'])", 1),
        ("select public.find_dags(%s, array['specs/dag_7.yaml'], array['dag_8', 'dag_9'])", 3),
        ("select * from public.user_dags where project_id = %s order by dag_id limit 50", 50),
    ],
)
def test_among_100_000_dags_a_member_of_20_of_500_projects_reads_a_page_by_index(
    crowd: Team, call: str, rows: int
) -> None:
    plans = explained(crowd, crowd.viewer, call, [crowd.project])
    assert {node["Node Type"] for node in reads(plans)} <= {"Index Scan", "Bitmap Heap Scan"}
    assert rows_read(plans) == rows


def test_a_look_up_of_removed_dags_too_reads_no_others(crowd: Team) -> None:
    call = "select public.find_dags(%s, array['specs/dag_7.yaml'], array['dag_8'], true)"
    plans = explained(crowd, crowd.viewer, call, [crowd.project])
    assert {node["Node Type"] for node in reads(plans)} <= {"Index Scan", "Bitmap Heap Scan"}
    assert rows_read(plans) <= 4


def test_reading_all_dags_of_ones_projects_does_not_read_those_of_others(crowd: Team) -> None:
    query = "select count(*) from public.user_dags where description is null"
    mine = DAGS_IN_THE_LARGE_ONE + (MEMBERSHIPS - 1) * DAGS_IN_A_PROJECT
    assert crowd.database.query(crowd.viewer, query) == [(mine,)]
    assert rows_read(explained(crowd, crowd.viewer, query, [])) <= 1.1 * mine
