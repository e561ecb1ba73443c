"""Defaults of folders: what is meant, and where each value was said."""

from __future__ import annotations

import pytest

from dagctl.findings.codes import Code
from dagctl.spec.load import check_defaults, resolved
from dagctl.spec.resolution.defaults import read_defaults
from dagctl.spec.resolution.value_origins import find
from dagctl.spec.resolution.variables import Variables
from tests.unit.spec.resolution.specs import BASH, around_of, errors_in, places_of, spec_of


@pytest.mark.parametrize(
    ("spec", "defaults", "field", "value"),
    [
        ("", ["owner: ann"], "owner", "ann"),
        ("owner: bob", ["owner: ann"], "owner", "bob"),
        ("", ["owner: near", "owner: far\ncatchup: true"], "owner", "near"),
        ("", ["owner: near", "owner: far\ncatchup: true"], "catchup", True),
        ("schedule: '@daily'", ["schedule_interval: '@weekly'"], "schedule_interval", "@daily"),
        ("schedule: null", ["schedule: '@weekly'"], "schedule_interval", None),
        ("tags: [b, c]", ["tags: [a, b]", "tags: [z]"], "tags", ["z", "a", "b", "c"]),
        ("", ["tags: [a]"], "tags", ["a"]),
        ("params: {x: 1}", ["params: {x: 2, y: 3}"], "params", {"x": 1, "y": 3}),
        ("", ["params: '${{ vars.table }}'"], "params", {"A": "b"}),
        ("", ["owner_links: '${{ vars.links }}'"], "owner_links", {"A": "mailto:a@b.c"}),
        ("", ["default_args: '${{ vars.args }}'"], "default_args", {"pool": "p"}),
        ("", ["default_args: {pool: p}"], "default_args", {"pool": "p"}),
        ("default_args: {pool: q}", ["default_args: {pool: p}"], "default_args", {"pool": "q"}),
        ("", ["task_defaults: {all: {retries: 4}}"], "retries", 4),
        ("", ["retries: 2\ntask_defaults: {all: {retries: 4}}"], "retries", 4),
        ("retries: 1", ["task_defaults: {all: {retries: 4}}"], "retries", 1),
        ("", ["task_defaults: {all: {pool: p}}"], "default_args", {"pool": "p"}),
        ("default_args: {retries: 3}", ["retries: 9"], "default_args", {"retries": 3}),
        (
            "retry_delay_minutes: 1",
            ["task_defaults: {all: {retry_delay: 5m}}"],
            "retry_delay_minutes",
            1,
        ),
        ("", ["task_defaults: {all: {retry_delay: 9m}}"], "default_args", {"retry_delay": "9m"}),
        ("", ["# nothing\n"], "owner", "airflow"),
    ],
)
def test_a_dag_gets_what_it_does_not_say(
    spec: str, defaults: list[str], field: str, value: object
) -> None:
    variables = {"table": {"A": "b"}, "args": {"pool": "p"}, "links": {"A": "mailto:a@b.c"}}
    data = spec_of(spec, *defaults, **variables).to_data()
    assert data.get(field) == value


def test_a_variable_that_holds_a_mapping_is_joined_with_that_of_the_spec() -> None:
    given = {"a": 1, "b": "theirs"}
    defaults = 'params: "${{ vars.shared }}"\ntask_defaults: {bash: {env: "${{ vars.shared }}"}}'
    text = "params: {b: 2, c: 3}\ntasks: [{task_id: a, bash_command: ls, env: {a: mine}}]"

    spec = spec_of(text, defaults, shared=given)

    assert spec.to_data()["params"] == {"a": 1, "b": 2, "c": 3}
    assert spec.to_data()["tasks"][0]["env"] == {"a": "mine", "b": "theirs"}


@pytest.mark.parametrize(
    ("near", "far", "expected"),
    [
        ("'${{ vars.one }}'", "'${{ vars.two }}'", {"a": "1", "b": "1", "c": "2"}),
        ("'${{ vars.one }}'", "{b: x, d: x}", {"a": "1", "b": "1", "d": "x"}),
        ("{b: x, d: x}", "'${{ vars.two }}'", {"b": "x", "c": "2", "d": "x"}),
    ],
)
def test_a_variable_that_holds_a_mapping_is_joined_with_that_of_other_defaults(
    near: str, far: str, expected: dict[str, str]
) -> None:
    variables = {"one": {"a": "1", "b": "1"}, "two": {"b": "2", "c": "2"}}
    shape = "params: {0}\ntask_defaults: {{bash: {{env: {0}}}, all: {{with: {0}}}}}"
    files = [shape.format(value) for value in (near, far, "{a: far, e: far}")]
    tasks = "tasks: [{task_id: a, bash_command: ls}, {task_id: b, operator: jobs.Load}]"

    data = spec_of(tasks, *files, **variables).to_data()

    given = {"a": "far", "e": "far", **expected}
    assert data["params"] == data["tasks"][0]["env"] == data["default_args"]["with"] == given
    for own, shared in (("", "{{with: {0}}}"), ("default_args: {with: {e: far}}", "{{with: {0}}}")):
        files = [f"default_args: {shared.format(value)}" for value in (near, far, "{a: far, e: x}")]
        data = spec_of(f"{own}\n{tasks}", *files, **variables).to_data()
        assert data["default_args"]["with"] == {**given, "e": "far" if own else "x"}


def test_default_args_of_a_variable_are_joined_with_all_others_and_their_parameters_too() -> None:
    args = {"pool": "p", "with": {"a": 1, "b": 1}}
    tasks = "tasks: [{task_id: b, operator: jobs.Load}]"
    whole, part = "default_args: '${{ vars.args }}'", "default_args: {queue: q, with: {b: 2, c: 2}}"

    near = spec_of(tasks, whole, part, args=args).to_data()["default_args"]
    far = spec_of(tasks, part, whole, args=args).to_data()["default_args"]
    own = spec_of(f"{part}\n{tasks}", whole, args=args).to_data()["default_args"]

    assert near == {"pool": "p", "queue": "q", "with": {"a": 1, "b": 1, "c": 2}}
    assert far == own == {"pool": "p", "queue": "q", "with": {"a": 1, "b": 2, "c": 2}}


def test_a_variable_that_is_not_there_is_one_error_and_text_is_no_mapping() -> None:
    (found,) = errors_in("", "params: '${{ vars.x }}'")
    assert (found.code, found.file) == ("DAG270", "defaults.yaml")
    (found,) = errors_in("", "params: 'a ${{ vars.x }}'", x="b")
    assert (found.code, found.file) == ("DAG203", "defaults.yaml")


POD = "airflow.providers.cncf.kubernetes.operators.pod.KubernetesPodOperator"
K8S = "operator: KubernetesPodOperator, with: {image: x}"


@pytest.mark.parametrize(
    ("task", "defaults", "gets"),
    [
        ("bash_command: ls", "bash: {pool: shell}", {"pool": "shell"}),
        ("bash_command: ls, pool: own", "bash: {pool: shell}", {"pool": "own"}),
        ("bash_command: ls", "bash: {env: '${{ vars.env }}'}", {"env": {"A": "b"}}),
        ("bash_command: ls", "bash: {env: {A: b}, cwd: /x}", {"env": {"A": "b"}, "cwd": "/x"}),
        (
            "bash_command: ls, env: {A: c}",
            "bash: {env: {A: b, B: d}}",
            {"env": {"A": "c", "B": "d"}},
        ),
        ("python_code: return 1", "bash: {pool: shell}", {}),
        ("python_code: return 1, task_type: branch", "branch: {pool: b}", {"pool": "b"}),
        (
            "python_code: return 1, task_type: branch",
            "python: {pool: p, queue: q}\n  branch: {pool: b}",
            {"pool": "b", "queue": "q"},
        ),
        (
            K8S,
            "KubernetesPodOperator: {with: {namespace: n}}",
            {"with": {"image": "x", "namespace": "n"}},
        ),
        (K8S, "KubernetesPodOperator: {with: {image: y}}", {"with": {"image": "x"}}),
        (K8S, "KubernetesPodOperator: {queue: k}\n  operator: {queue: o}", {"queue": "k"}),
        (
            f"operator: {POD}",
            "KubernetesPodOperator: {queue: k}",
            {"queue": "k"},
        ),
        (
            "bash_command: ls, retry_delay_minutes: 1",
            "bash: {retry_delay: 5m}",
            {"retry_delay_minutes": 1},
        ),
    ],
)
def test_a_task_gets_what_its_type_and_its_operator_say(
    task: str, defaults: str, gets: dict[str, object]
) -> None:
    spec = spec_of(
        f"tasks: [{{task_id: a, {task}}}]", f"task_defaults:\n  {defaults}", env={"A": "b"}
    )
    data = spec.to_data()["tasks"][0]
    known = {"task_id", "task_type", "provide_context", "dependencies", "bash_command"}
    known |= {"python_code", "operator"} | ({"with"} - gets.keys())
    assert {key: value for key, value in data.items() if key not in known} == gets


@pytest.mark.parametrize(
    "spec",
    [
        "retries: 1\ntasks: [{task_id: a, bash_command: ls}]",
        "default_args: {retries: 1}\ntasks: [{task_id: a, bash_command: ls}]",
        "tasks: [{group_id: g, default_args: {retries: 1}, tasks: [{task_id: a, bash_command: l}]}]",  # noqa: E501
    ],
)
def test_what_a_spec_says_for_many_tasks_counts_before_any_default(spec: str) -> None:
    task = next(task for _, task in spec_of(spec, "task_defaults: {bash: {retries: 7}}").walk())
    assert task.retries is None  # type: ignore[attr-defined] # a bash task


def test_a_task_mapped_over_a_parameter_gets_no_default_for_it() -> None:
    task = f"tasks: [{{task_id: a, {K8S}, expand: {{namespace: [a, b]}}}}]"
    spec = spec_of(task, "task_defaults: {KubernetesPodOperator: {with: {namespace: n, name: x}}}")
    assert spec.to_data()["tasks"][0]["with"] == {"image": "x", "name": "x"}


@pytest.mark.parametrize(
    ("defaults", "code", "line"),
    [
        ("owner: a\ndag_id: x", Code.UNKNOWN_KEY, 2),
        ("dag_name: x", Code.UNKNOWN_KEY, 1),
        ("tasks: []", Code.UNKNOWN_KEY, 1),
        ("owner: a\nownr: x", Code.UNKNOWN_KEY, 2),
        ("pool: x", Code.UNKNOWN_KEY, 1),
        ("owner: 7", Code.WRONG_TYPE, 1),
        ("\n\nretries: no", Code.YAML_WORD, 3),
        ("schedule: '@dail'", Code.BAD_SCHEDULE, 1),
        ("tags: [a, a]", Code.DUPLICATE_TAG, 1),
        ("tags: x", Code.WRONG_TYPE, 1),
        ("- a", Code.BAD_DEFAULTS, 1),
        ("owner: b: c", Code.YAML_QUOTE, 1),
        ("task_defaults: []", Code.BAD_DEFAULTS, 1),
        ("task_defaults:\n  bsh: {pool: x}", Code.UNKNOWN_KEY, 2),
        ("task_defaults:\n  bash: x", Code.BAD_DEFAULTS, 2),
        ("task_defaults:\n  bash: {task_id: x}", Code.UNKNOWN_KEY, 2),
        ("task_defaults:\n  all: {cwd: x}", Code.UNKNOWN_KEY, 2),
        ("task_defaults:\n  bash:\n    pool: 7", Code.WRONG_TYPE, 3),
        ("task_defaults:\n  all:\n    retries: -1", Code.OUT_OF_RANGE, 3),
        ("owner: ${{ vars.who }}", Code.NO_VARIABLE, 1),
    ],
)
def test_a_message_about_a_default_points_into_its_file(
    defaults: str, code: str, line: int
) -> None:
    assert places_of(errors_in("catchup: false", defaults)) == [(code, "defaults.yaml", line)]


def test_the_file_is_checked_alone_with_all_its_kinds_of_tasks() -> None:
    text = "owner: 7\ntask_defaults:\n  KubernetesPodOperator:\n    with: {namespce: x}\n"
    defaults = read_defaults(text)
    assert defaults
    found = check_defaults(defaults, Variables())
    assert [(each.code, each.line) for each in found] == [
        (Code.WRONG_TYPE, 1),
        (Code.UNKNOWN_PARAMETER, 4),
    ]


def test_a_spec_that_is_called_like_defaults_is_a_spec() -> None:
    assert read_defaults(f"dag_name: Report\n{BASH}") is None


def test_an_error_in_a_task_that_has_defaults_too_is_at_its_own_line() -> None:
    text = "tasks:\n  - task_id: a\n    bash_command: ls\n    queue: 7\n"
    found = errors_in(text, "task_defaults: {bash: {pool: x}}")
    assert places_of(found) == [(Code.WRONG_TYPE, "specs/a.yaml", 4)]
    assert found[0].path == ("tasks", 0, "queue")


def test_a_recorded_spec_with_an_argument_that_the_dag_has_too_can_be_read_again() -> None:
    spec = spec_of("default_args: {retries: 2, retry_delay: 1m}", "owner: ann")
    assert type(spec).from_data(spec.to_data()) == spec


TABLES = """dag_name: Copy tables (${{ vars.stage }})
schedule: ${{ vars.schedule }}
tasks:
  - group_id: ${{ each.table }}
    for_each: {table: [orders, prices]}
    tasks:
      - task_id: extract
        operator: PostgresToGCSOperator
        with:
          postgres_conn_id: shop
          sql: select * from ${{ each.table }} where day >= '{{ data_interval_start }}'
          bucket: ${{ vars.bucket }}
          filename: ${{ each.table }}/{{ ds }}.json
      - task_id: load
        operator: GCSToBigQueryOperator
        with:
          bucket: ${{ vars.bucket }}
          source_objects: ["${{ each.table }}/{{ ds }}.json"]
          destination_project_dataset_table: shop.${{ each.table }}
        dependencies: [extract]
  - {task_id: done, operator: EmptyOperator, dependencies: [orders, prices]}
"""


def test_the_whole_of_it_in_one_spec() -> None:
    defaults = """owner: data-platform
start_date: 2026-01-01
task_defaults:
  all: {retries: 2, retry_delay: 5m}
  GCSToBigQueryOperator: {with: {write_disposition: "${{ vars.how }}"}}
"""
    spec = spec_of(
        TABLES, defaults, stage="prod", schedule="@daily", bucket="landing", how="WRITE_TRUNCATE"
    )
    data = spec.to_data()
    load = data["tasks"][1]["tasks"][1]
    assert (data["dag_name"], data["schedule_interval"], data["retries"]) == (
        *("Copy tables (prod)", "@daily", 2),
    )
    assert load["with"] == {
        "bucket": "landing",
        "source_objects": ["prices/{{ ds }}.json"],
        "destination_project_dataset_table": "shop.prices",
        "write_disposition": "WRITE_TRUNCATE",
    }


@pytest.mark.parametrize(
    ("name", "value", "place"),
    [
        ("tasks.load.pool", "p", "defaults.yaml:3"),
        ("tasks.load.retries", 2, "defaults.yaml:2"),
        ("tasks.load.bash_command", "ls x", ":5"),
        ("tasks.1.bash_command", "ls x", ":5"),
        ("owner", "ann", "defaults.yaml:1"),
        ("schedule_interval", "@daily", ":2"),
    ],
)
def test_where_a_value_comes_from(name: str, value: object, place: str) -> None:
    text = """dag_name: Report
schedule: "@daily"
tasks: [{task_id: a, python_code: return 1},
  {task_id: load,
   bash_command: "ls ${{ vars.x }}"}]
"""
    defaults = "owner: ann\ntask_defaults: {all: {retries: 2},\n  bash: {pool: p}}\n"
    meant = resolved(text, form="yaml", origin=None, around=around_of(defaults, x="x"))
    assert meant
    origin = find(meant.document, name)
    assert origin
    assert (origin.value, f"{origin.file or ''}:{origin.line}") == (value, place)
    assert (origin.variables is not None) == name.endswith("command")


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("tags", [":1 tags", "../defaults.yaml:1 tags.0", "defaults.yaml:2 tags.0"]),
        ("params", [":2 params", "../defaults.yaml:2 params.far"]),
        ("tasks.a.env", [":7 tasks.0.env", "defaults.yaml:4 task_defaults.bash.env.Y"]),
        ("tasks.b.env", [":8 tasks.1.env", "defaults.yaml:4 task_defaults.bash.env.Y"]),
        ("tasks.c", [":9 tasks.2", ":11 tasks.2.env", "defaults.yaml:4 task_defaults.bash.env.Y"]),
        ("owner", ["defaults.yaml:1 owner"]),
        ("tasks.a.bash_command", [":6 tasks.0.bash_command"]),
    ],
)
def test_each_line_that_said_a_part_of_a_value_is_named(name: str, places: list[str]) -> None:
    text = """tags: [own]
params: {near: 1}
dag_name: Report
tasks:
- task_id: a
  bash_command: ls
  env: &env {X: "1"}
- {task_id: b, bash_command: ls, env: *env}
- task_id: c
  bash_command: ls
  env: *env
"""
    near = 'owner: ann\ntags: [near]\ntask_defaults:\n  bash: {env: {Y: "2"}}\n'
    meant = resolved(
        text, form="yaml", origin=None, around=around_of(near, "tags: [far]\nparams: {far: 2}\n")
    )
    assert meant
    origin = find(meant.document, name)
    assert origin
    said = (
        f"{part.file or ''}:{part.line} {'.'.join(map(str, part.said_as))}"
        for part in (origin, *origin.parts)
    )
    assert list(said) == places
