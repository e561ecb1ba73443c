"""Posted specs are resolved with the variables and templates of their project, of members only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from dagctl.server.body import Body
from dagctl.server.posted_inputs import (
    ProjectNeeds,
    ResolvedWith,
    check_given,
    may_need,
    needs_of,
    usable,
)
from dagctl.spec.resolution.variables import Variables
from tests.server.problems import problem_of
from tests.server.served import spec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.readers.syntax import Format
    from tests.server.served import World

VARIABLES = """
[vars]
bucket = "landing"
hours = 3
[env.prod.vars]
bucket = "prod-landing"
only = "prod"
"""
LITERAL = "echo $X ${X} {{ ds }} $${{ ds }}"


def template(name: str, version: int, command: str, **rules: object) -> str:
    """Return a template with one task."""
    parameters = json.dumps({"name": {"type": "string", **rules}})
    head = f"template: {{name: {name}, version: {version}, parameters: {parameters}}}\n"
    task = json.dumps({"task_id": "a", "bash_command": command})
    return f"{head}dag_name: ${{{{ params.name }}}}\ntasks: [{task}]\n"


def using(use: str, **values: object) -> dict[str, Any]:
    return {"use": use, "with": {"name": "Report", **values}}


class Place:
    """A project with variables and templates, its people, and somebody of elsewhere."""

    def __init__(self, world: World) -> None:
        self.world, self.project = world, world.project()
        self.editor, self.viewer = world.member(self.project), world.member(self.project, "viewer")
        self.stranger = world.stranger()
        answer = self.editor.create(spec(name="First", project_id=self.project))
        assert answer.status_code == 200, answer.text
        root = world.served.root / self.project
        with (root / "dagctl.toml").open("a") as file:
            file.write(VARIABLES)
        (root / "defaults.yaml").write_text("owner: of-the-defaults\n")  # a request has no folder
        (root / "templates").mkdir()
        for name, version, command in (
            ("team", 1, "echo ${{ vars.bucket }}"),
            ("cleanup", 1, "echo mine"),
            ("bad", 1, "echo ${{ vars.gone }}"),
        ):
            file_name = f"templates/{name}.yaml"
            (root / file_name).write_text(template(name, version, command))
        world.stand_in.sql(
            "insert into public.dag_templates (project_id, name, version, text, shared_by)"
            " values (%s, 'shared', 1, %s, %s)",
            self.project,
            template("shared", 1, "echo shared ${{ vars.hours }}"),
            self.editor.user_id,
        )

    def validate(self, body: dict[str, Any], **query: str) -> Any:  # noqa: ANN401 - JSON
        answer = self.editor.request("POST", "/validate", json=body, params=query)
        return answer.json()

    def command(self, body: dict[str, Any], **query: str) -> str:
        """Return the command in the file that a spec becomes."""
        body = {"project_id": self.project, **body}
        answer = self.viewer.request("POST", "/render", json=body, params=query)
        assert answer.status_code == 200, answer.text
        (line,) = (each for each in answer.text.splitlines() if "bash_command=" in each)
        return line.strip()


@pytest.fixture(scope="module")
def place(shared_world: World) -> Iterator[Place]:
    yield Place(shared_world)
    shared_world.stand_in.faults.clear()


def echo(command: str, **fields: object) -> dict[str, Any]:
    return {"dag_name": "Echo", "tasks": [{"task_id": "a", "bash_command": command}], **fields}


def test_a_spec_has_the_variables_of_its_project_and_of_the_environment_that_is_asked_for(
    place: Place,
) -> None:
    for command, query, meant in (
        ("echo ${{ vars.bucket }}", {}, "echo landing"),
        ("echo ${{ vars.hours }}", {}, "echo 3"),
        ("echo ${{ vars.bucket }}", {"env": "prod"}, "echo prod-landing"),
        (LITERAL, {"env": "prod"}, LITERAL.replace("$$", "$")),
    ):
        assert place.command(echo(command), **query) == f'bash_command="{meant}",'
    numbers = echo("date", retries="${{ vars.hours }}", project_id=place.project)
    assert place.validate(numbers)["valid"]


def test_what_a_project_does_not_have_is_refused_at_its_place(place: Place) -> None:
    own = {"project_id": place.project}
    for body, query, message, hint, pointer, file in (
        (
            echo("echo ${{ vars.only }}"),
            own,
            "there is no variable `only`",
            "it is set in prod: add `env=prod` to the query",
            "/tasks/0/bash_command",
            None,
        ),
        (
            echo("echo ${{ vars.gone }}", **own),
            {},
            "there is no variable `gone`",
            "ask the operators of the server to set it, in",
            "/tasks/0/bash_command",
            None,
        ),
        (
            echo("echo ${{ vars.bucket }}"),
            {},
            "there is no variable `bucket`",
            "name the project in `project_id`",
            "/tasks/0/bash_command",
            None,
        ),
        (
            using("bad@1"),
            own,
            "there is no variable `gone`",
            "ask the operators of the server",
            "/tasks/0/bash_command",
            "templates/bad.yaml",
        ),
        (
            using("team@2"),
            own,
            "the template `team` has no version 2",
            "its versions here: 1",
            "/use",
            None,
        ),
        (
            using("absent@2"),
            own,
            "there is no template `absent`",
            "GET /templates?project_id= lists them",
            "/use",
            None,
        ),
        (using("team@1", x=1), own, "`x`", None, "/with/x", None),
    ):
        verdict = place.validate(body, **query)
        (finding,) = verdict["diagnostics"]
        assert message in finding["message"]
        assert hint is None or (finding["hint"] or "").startswith(hint), finding
        assert (finding["pointer"], finding.get("file")) == (pointer, file)


def test_templates_are_listed_and_used_in_the_order_of_their_sources(place: Place) -> None:
    answer = place.viewer.request("GET", "/templates", params={"project_id": place.project})
    listed = [(each["source"], each["example"]["use"]) for each in answer.json()["templates"]]
    first = [("workspace", "bad@1"), ("workspace", "cleanup@1"), ("workspace", "team@1")]
    assert listed[:4] == [*first, ("project", "shared@1")]
    assert ("gallery", "gallery/cleanup@1") in listed
    for use, meant in (
        ("team@1", "echo landing"),
        ("workspace/team@1", "echo landing"),
        ("cleanup@1", "echo mine"),
        ("project/shared@1", "echo shared 3"),
        ("shared@${{ vars.version }}", None),
        ("shared@1", "echo shared 3"),
    ):
        if meant is None:
            assert not place.validate({**using(use), "project_id": place.project})["valid"]
        else:
            assert place.command(using(use)) == f'bash_command="{meant}",'
    gallery = place.validate(
        {**using("gallery/cleanup@1", folder="/data/x"), "project_id": place.project}
    )
    assert gallery["valid"], gallery


def test_only_a_member_sees_what_a_project_has(place: Place) -> None:
    uses = (echo("echo ${{ vars.bucket }}"), using("team@1"), using("shared@1"))
    for body in uses:
        for path in ("/validate", "/render", "/create-dag"):
            named = {**body, "project_id": place.project}
            refused = place.stranger.request("POST", path, json=named)
            content = problem_of(refused, 403, "NOT_A_MEMBER")
            assert "not a member of the project" in content["detail"]
    query = {"project_id": place.project}
    refused = place.stranger.request("GET", "/templates", params=query)
    problem_of(refused, 403, "NOT_A_MEMBER")
    refused = place.stranger.request(
        "POST", "/validate", json=echo("date"), params={**query, "env": "x"}
    )
    problem_of(refused, 403, "NOT_A_MEMBER")
    # what needs nothing of the project is checked for all, as before
    checked = place.stranger.request("POST", "/validate", json=echo("date", **query))
    assert checked.json()["valid"]


def test_an_environment_is_one_of_the_project(place: Place) -> None:
    body, own = echo("date"), {"project_id": place.project}
    for query, detail, fix in (
        ({**own, "env": "prd"}, "query `env`: there is no environment `prd`", "did you mean"),
        ({**own, "env": "x"}, "query `env`: there is no environment `x`", "the project has prod"),
        ({"env": "prod"}, "query `env` is an environment of a project", "name the project"),
        ({**own, "env": "../x"}, "query `env`: has a character", None),
    ):
        answer = place.editor.request("POST", "/validate", json=body, params=query)
        content = problem_of(answer, 400, "USAGE")
        assert content["detail"].startswith(detail)
        assert fix is None or content["fix"].startswith(fix)


def test_what_is_recorded_is_the_spec_that_is_meant_and_its_inputs(place: Place) -> None:
    body = {**using("team@1"), "project_id": place.project}
    created = place.editor.request("POST", "/create-dag", json=body, params={"env": "prod"})
    assert created.status_code == 200, created.text
    query, dag_id = {"project_id": place.project}, created.json()["dag_id"]
    shown = place.editor.get(f"/dags/{dag_id}/versions/1", **query).json()
    assert shown["spec"]["tasks"][0]["bash_command"] == "echo prod-landing"
    assert shown["spec"]["owner"] == "airflow"
    assert json.loads(shown["spec_text"]) == body
    (row,) = place.world.stand_in.sql(
        "select spec -> '$inputs' from user_dags where project_id = %s and dag_id = %s",
        place.project,
        dag_id,
    )
    assert {tuple(each[:2]) for each in row[0]} == {
        ("template", "team@1"),
        ("variable", "bucket"),
    }
    changed = place.editor.request(
        "PUT",
        f"/dags/{dag_id}",
        json=using("team@1"),
        params={**query},
        headers={"If-Match": '"1"'},
    )
    assert changed.json()["version"] == 2
    refused = place.viewer.request("POST", "/create-dag", json=body)
    problem_of(refused, 403, "NOT_A_MEMBER")


# --- Without a server -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "form", "needs"),
    [
        ('{"dag_name": "x"}', "json", None),
        ('{"x": "user, because"}', "yaml", None),
        ('{"x": "to use"}', "yaml", ProjectNeeds()),
        ('{"a": "$X ${X} {{ ds }}\\n"}', "json", None),
        ('{"a": "caf\\u00e9"}', "json", ProjectNeeds()),
        ('{"a": ["\\u0024{{ vars.x }}"]}', "json", ProjectNeeds(has_variables=True)),
        ('{"${{ vars.x }}": 1}', "json", ProjectNeeds(has_variables=True)),
        ("use: a/b@1", "yaml", ProjectNeeds(template="b", source="a")),
        ("use: [1]", "yaml", ProjectNeeds(template="")),
        ("use: b@${{ vars.x }}", "yaml", ProjectNeeds(template="", has_variables=True)),
        ('"\\x75se": b@1', "yaml", ProjectNeeds(template="b")),
        ("use: b@1\nproject_id: ../../etc", "yaml", ProjectNeeds(template="b")),
        ("a: use: [", "yaml", ProjectNeeds()),
        ("- use", "yaml", ProjectNeeds(is_read=False)),
    ],
)
def test_what_a_body_needs_is_read_from_it(
    text: str, form: Format, needs: ProjectNeeds | None
) -> None:
    body = Body(text.encode(), form)
    read = needs_of(body.data, format=form) if may_need(body) else None
    assert read == needs
    if needs is None:
        assert not needs_of(body.data, format=form).is_any


def test_a_broken_template_is_left_out_of_the_list_and_says_why_where_it_is_used() -> None:
    broken = ("workspace", "templates/x.yaml", b"template: {name: x}\ntasks: [")
    assert all(each["source"] == "gallery" for each in usable([broken]))
    given = ResolvedWith(Variables(), (broken,))
    checked = check_given(b'{"use": "x@1"}', given=given, format="json")
    (finding,) = checked.diagnostics
    assert "the template `x` has errors: templates/x.yaml:1: " in finding.message
