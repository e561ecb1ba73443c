"""Templates that a project shares: who may, and that a version never changes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

if TYPE_CHECKING:
    from tests.database.teams import Team
    from tests.postgres.requests import Caller


def call(team: Team, function: str, *, by: Caller | None = None, **arguments: object) -> Any:  # noqa: ANN401 - JSON
    return team.database.call(by or team.editor, function, project=team.project, **arguments)


def share(team: Team, text: str, name: str = "report", version: int = 1) -> str:
    answer: str = call(team, "share_template", name=name, version=version, text=text)
    return answer


def seen(team: Team, *, by: Caller | None = None) -> list[tuple[str, int, str]]:
    shared = call(team, "shared_templates", by=by or team.viewer)
    return [(each["name"], each["version"], each["text"]) for each in shared]


def test_a_version_is_shared_once_and_never_changes(team: Team) -> None:
    assert share(team, "one") == "shared"
    assert share(team, "one") == "unchanged"
    with pytest.raises(psycopg.Error) as caught:
        share(team, "two")
    refusal = caught.value
    assert (refusal.sqlstate, refusal.diag.message_detail) == ("PT409", "template_shared")
    assert share(team, "two", version=2) == "shared"
    assert seen(team) == [("report", 1, "one"), ("report", 2, "two")]
    assert seen(team, by=team.stranger) == []


def test_one_that_was_taken_back_keeps_its_number(team: Team) -> None:
    share(team, "one")
    assert call(team, "unshare_template", name="report", version=1) == "withdrawn"
    assert call(team, "unshare_template", name="report", version=1) == "absent"
    assert seen(team) == []
    with pytest.raises(psycopg.Error, match="another text"):
        share(team, "two")
    assert share(team, "one") == "shared"
    assert seen(team) == [("report", 1, "one")]


def test_the_service_role_cannot_change_a_version_either(team: Team) -> None:
    share(team, "one")
    with pytest.raises(psycopg.Error, match="never changes"):
        team.database.admin(
            "update public.dag_templates set text = 'two' where project_id = %s returning 1",
            [team.project],
        )


@pytest.mark.parametrize(
    ("name", "version", "text"),
    [
        ("", 1, "x"),
        ("a/b", 1, "x"),
        ("a\n", 1, "x"),
        ("a" * 101, 1, "x"),
        (None, 1, "x"),
        ("a", 0, "x"),
        ("a", 1_000_001, "x"),
        ("a", None, "x"),
        ("a", 1, ""),
        ("a", 1, None),
        ("a", 1, "x" * 400_001),
    ],
    ids=range(11),
)
def test_what_is_no_template_is_refused(
    team: Team, name: str | None, version: int | None, text: str | None
) -> None:
    with pytest.raises(psycopg.Error) as caught:
        call(team, "share_template", name=name, version=version, text=text)
    refusal = caught.value
    assert (refusal.sqlstate, refusal.diag.message_detail) == ("22023", "invalid_request")


def test_a_project_shares_no_more_than_it_may(team: Team) -> None:
    team.database.admin(
        "insert into public.dag_templates (project_id, name, version, text, shared_by) "
        "select %s, 'a', number, 'x', gen_random_uuid() from generate_series(1, 2000) number "
        "returning 1",
        [team.project],
    )
    with pytest.raises(psycopg.Error, match="at most 2000"):
        share(team, "one")


def test_of_two_texts_for_one_version_at_once_one_is_taken(team: Team) -> None:
    def attempt(text: str) -> str:
        try:
            return share(team, text)
        except psycopg.Error as error:
            return str(error.diag.message_detail)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(attempt, ["a", "b", "c", "d"]))
    assert sorted(answers) == ["shared", *["template_shared"] * 3]
    assert len(seen(team)) == 1
