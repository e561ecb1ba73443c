"""`dagctl list`, `show`, `explain` and `schema`."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from dagctl.errors import ExitCode
from dagctl.explanations import EXPLANATIONS
from tests.cli.conftest import GOOD, PROJECT

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

ROW = [
    "id",
    "project_id",
    "user_id",
    "dag_id",
    "dag_name",
    "description",
    "file_path",
    "schedule_interval",
    "owner",
    "tags",
    "task_count",
    "is_active",
    "created_at",
    "updated_at",
    "commit_id",
    "version",
    "state",
    "source",
    "created_by",
    "updated_by",
    "problem",
]


@pytest.fixture
def five(workspace: Shell) -> Shell:
    """Return the user with five recorded DAGs, `dag_a` to `dag_e`."""
    (workspace.folder / "specs" / "orders.yaml").unlink()
    for name in "abcde":
        text = GOOD.replace("Daily orders", f"DAG {name}")
        if name == "c":
            text = text.replace("data-team", "ml-team").replace("gold", "silver")
        workspace.write(f"specs/{name}.yaml", text)
    workspace.ok("create", "specs")
    return workspace


def test_an_empty_list_is_no_failure(workspace: Shell) -> None:
    assert workspace.ok("list").out == ""
    assert workspace.json("list") == {"dags": [], "next": None}


def test_a_piped_list_is_tab_separated_without_a_heading(five: Shell) -> None:
    lines = [line.split("\t") for line in five.ok("list").out.splitlines()]
    assert [line[0] for line in lines] == ["dag_a", "dag_b", "dag_c", "dag_d", "dag_e"]
    assert lines[0][1:4] == ["1", "0 2 * * *", "data-team"]
    assert lines[0][4].endswith("Z")
    assert {line[5] for line in lines} == {"synced"}


def test_explain_names_each_line_that_said_a_part(workspace: Shell) -> None:
    workspace.write("specs/defaults.yaml", "tags: [all]\nparams: {a: 1}\n")
    workspace.write(
        "specs/orders.yaml", "tags: [own]\n" + GOOD.replace("tags:", "params:\n  b: 2\n#")
    )
    said = workspace.ok("validate", "specs/orders.yaml", "--explain", "tags").out
    assert said.splitlines() == [
        "tags: [all, own]",
        "  specs/orders.yaml:1  tags",
        "  specs/defaults.yaml:1  tags.0",
    ]
    found = workspace.json("validate", "specs/orders.yaml", "--explain", "params")
    assert found["value"] == {"b": 2, "a": 1}
    assert found["parts"] == [
        {"path": ["params", "a"], "file": "specs/defaults.yaml", "line": 2, "column": 10}
    ]


@pytest.mark.parametrize(("file", "line"), [("defaults", 1), ("orders", 2)])
def test_explain_finds_a_field_of_the_dag_among_default_args(
    workspace: Shell, file: str, line: int
) -> None:
    texts = {"defaults": "", "orders": GOOD}
    texts[file] = "# one line\n" * (line - 1) + "default_args: {retries: 5}\n" + texts[file]
    for name, text in texts.items():
        workspace.write(f"specs/{name}.yaml", text)
    said = workspace.ok("validate", "specs/orders.yaml", "--explain", "retries").out
    assert said == f"retries: 5\n  specs/{file}.yaml:{line}  default_args.retries\n"


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("owner", 'and no defaults.yaml does: dagctl\'s default counts, "airflow", where no task'),
        ("catchup", "does: dagctl's default counts, false\n"),
        ("end_date", "`end_date`, and no defaults.yaml does\n"),
        ("ownr", "`ownr`, and no defaults.yaml does: it has its default, or is no field"),
    ],
)
def test_explain_says_what_counts_where_nothing_is_set(
    workspace: Shell, field: str, said: str
) -> None:
    workspace.write("specs/a.yaml", "dag_name: A\ntasks: [{task_id: a, bash_command: date}]\n")
    done = workspace.run("validate", "specs/a.yaml", "--explain", field)
    assert (done.code, said in done.err) == (6, True), done.err


def test_names_alone(five: Shell) -> None:
    assert five.ok("list", "-o", "name", "--limit", "2").out == "dag_a\ndag_b\n"


@pytest.mark.parametrize("form", ["text", "name", "json"])
def test_what_is_piped_is_whole(workspace: Shell, form: str) -> None:
    for number in range(60):
        workspace.write(f"specs/s{number:02}.yaml", GOOD.replace("Daily orders", f"S {number:02}"))
    workspace.ok("create", "specs")
    done = workspace.ok("list", "-o", form)
    assert all(f"s_{number:02}" in done.out for number in range(60))
    assert done.err == ""


def test_people_are_shown_by_name(workspace: Shell) -> None:
    workspace.ok("create", "specs")
    workspace.git("config", "user.name", "Ben Okri")
    workspace.write("specs/orders.yaml", GOOD.replace("0 2 * * *", "@hourly"))
    workspace.ok("create", "specs")
    out = workspace.ok("show", "daily_orders").out
    assert "Z by Ana Lima <ana@example.com>\n" in out
    assert "Z by Ben Okri <ana@example.com>\n" in out
    dag = workspace.json("list")["dags"][0]
    assert (dag["created_by"][:3], dag["updated_by"][:3]) == ("Ana", "Ben")


REFUSED = '{"dag_name": "T", "schedule_interval": "0 0 30 2 *", "tasks": [{"task_id": "a"}]}'


@pytest.fixture
def refused(workspace: Shell) -> Shell:
    """Return the user with a record whose spec was made by other rules than today's."""
    workspace.ok("create", "specs")
    _change_row(workspace, "spec", REFUSED)
    return workspace


def _change_row(workspace: Shell, column: str, value: str) -> None:
    (file,) = workspace.folder.rglob("registry.db")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(f"UPDATE user_dags SET {column} = ?", (value,))


def test_show_of_a_spec_that_is_refused_today_shows_the_record_and_what_is_wrong(
    refused: Shell,
) -> None:
    done = refused.ok("show", "daily_orders")
    assert done.out.startswith("daily_orders  v1  synced\n")
    assert "  schedule  0 2 * * *\n" in done.out
    assert "warning: the recorded spec has" in done.err
    assert "never fires" in done.err
    assert "bug" not in done.err
    dag = refused.json("show", "daily_orders")["dag"]
    assert dag["graph"] is None
    assert any("never fires" in line for line in dag["spec_problems"])
    assert refused.json("list")["dags"][0]["state"] == "synced"


@pytest.mark.parametrize("form", [["-o", "mermaid"], ["--spec"]])
def test_a_drawing_of_a_refused_spec_is_refused_with_its_errors(
    refused: Shell, form: list[str]
) -> None:
    done = refused.run("show", "daily_orders", *form)
    assert (done.code, done.out) == (ExitCode.INVALID, "")
    assert "never fires" in done.err


def test_a_record_with_huge_values_is_shown_by_their_beginning_and_end(five: Shell) -> None:
    (file,) = five.folder.rglob("registry.db")
    huge = "x" * 200_000
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(
            "UPDATE user_dags SET description = ?, owner = ?, tags = ?, created_by_name = ?",
            [huge, huge, json.dumps([huge] * 50), huge],
        )
        connection.execute("UPDATE user_dag_versions SET updated_by_name = ?", [huge])
    for command in (["show", "dag_c"], ["history", "dag_c"]):
        said = five.ok(*command).out
        assert f"{'x' * 100}..." in said
        assert len(said) < 20_000, command
    assert five.json("show", "dag_c")["dag"]["owner"] == huge


def test_a_record_with_a_path_that_is_not_allowed_harms_only_itself(five: Shell) -> None:
    (file,) = five.folder.rglob("registry.db")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(
            "UPDATE user_dags SET file_path = 'dags/a/../../b.py' WHERE dag_id = 'dag_c'"
        )
    states = {dag["dag_id"]: dag["state"] for dag in five.json("list")["dags"]}
    assert states.pop("dag_c") == "damaged"
    assert set(states.values()) == {"synced"}
    assert five.ok("list").out.count("\n") == 5
    assert "dag_c  damaged" in five.ok("show", "dag_c").out


def test_json_rows_are_the_guides(five: Shell) -> None:
    first = five.json("list")["dags"][0]
    assert list(first) == ROW
    assert first["project_id"] == PROJECT
    assert first["tags"] == ["orders", "gold"]
    assert first["task_count"] == 2
    for options in ([], ["--tag", "none"], ["--limit", "2"]):
        done = five.run("list", "-o", "json", *options)  # written row by row
        assert done.out == json.dumps(done.document, indent=2, ensure_ascii=False) + "\n"


def test_pages_follow_each_other(five: Shell) -> None:
    seen: list[str] = []
    after: list[str] = []
    while True:
        page = five.json("list", "--limit", "2", *after)
        seen += [dag["dag_id"] for dag in page["dags"]]
        if page["next"] is None:
            break
        after = ["--after", page["next"]]
    assert seen == ["dag_a", "dag_b", "dag_c", "dag_d", "dag_e"]


def test_the_next_page_is_reported(five: Shell) -> None:
    assert "more: the same command with --after dag_b" in five.ok("list", "--limit", "2").err


@pytest.mark.parametrize("form", ["text", "name", "json"])
def test_all_pages_at_once(five: Shell, form: str) -> None:
    out = five.ok("list", "--all", "--limit", "2", "-o", form).out
    assert all(f"dag_{name}" in out for name in "abcde")


@pytest.mark.parametrize(
    ("option", "names"),
    [
        (["--owner", "ml-team"], ["dag_c"]),
        (["--tag", "silver"], ["dag_c"]),
        (["--user", "ana@example.com"], ["dag_a", "dag_b", "dag_c", "dag_d", "dag_e"]),
        (["--user", "bob@example.com"], []),
    ],
)
def test_filters(five: Shell, option: list[str], names: list[str]) -> None:
    assert [dag["dag_id"] for dag in five.json("list", *option)["dags"]] == names


def test_what_default_args_say_of_all_tasks_is_what_is_shown(workspace: Shell) -> None:
    shared = "default_args: {owner: ml-team, retries: 3, retry_delay: 90s}"
    own = "owner: data-team\n"
    workspace.write("specs/orders.yaml", GOOD.replace(own, f"{shared}\n"))
    workspace.ok("create", "specs/orders.yaml")
    out = workspace.ok("show", "daily_orders").out
    assert "  owner     ml-team\n" in out
    assert "  retries   3, every 90s\n" in out
    assert workspace.ok("list", "--owner", "ml-team", "-o", "name").out == "daily_orders\n"


def test_a_user_is_an_id_in_any_form(five: Shell) -> None:
    user_id = five.json("list")["dags"][0]["user_id"]
    assert len(five.json("list", "--user", user_id.upper())["dags"]) == 5


@pytest.mark.parametrize("user", ["ana", ""])
def test_a_user_that_is_neither_id_nor_address_is_refused(five: Shell, user: str) -> None:
    done = five.run("list", "--user", user)
    assert (done.code, done.out) == (ExitCode.USAGE, "")
    assert f"`{user}` is neither a user id (UUID) nor an e-mail address" in done.err
    assert "fix:   `dagctl show ID` names the user" in done.err


@pytest.mark.parametrize("option", ["--owner", "--tag", "--after"])
def test_a_filter_that_is_no_utf_8_is_refused(five: Shell, option: str) -> None:
    done = five.run("list", option, "a\udcff")
    assert (done.code, done.out) == (ExitCode.USAGE, "")
    assert f"{option[2:]} is 'a\\udcff', which no DAG can have" in done.err


def test_the_state_says_drift_and_missing(five: Shell) -> None:
    five.write("dags/dag_a.py", "mine\n")
    (five.folder / "dags" / "dag_b.py").unlink()
    states = {dag["dag_id"]: dag["state"] for dag in five.json("list")["dags"]}
    assert (states["dag_a"], states["dag_b"], states["dag_c"]) == ("drift", "missing", "synced")
    assert five.ok("show", "dag_a").out.startswith("dag_a  v1  drift\n")
    assert five.json("show", "dag_b")["dag"]["drift"] == "missing"


def test_show_says_schedule_next_run_and_graph(workspace: Shell) -> None:
    workspace.ok("create", "specs")
    out = workspace.ok("show", "daily_orders").out
    assert out.startswith("daily_orders  v1  synced\n  Loads the orders of a day\n")
    assert "  schedule  0 2 * * *: at 02:00; next 20" in out
    assert "  graph     2 tasks, 2 levels\n    extract ─> load\n" in out


@pytest.mark.parametrize(
    ("schedule", "words"),
    [("@once", "once"), ("@continuous", "continuously, one run after the other")],
)
def test_show_says_no_time_that_is_not_known(workspace: Shell, schedule: str, words: str) -> None:
    workspace.write("specs/orders.yaml", GOOD.replace("0 2 * * *", schedule))
    workspace.ok("create", "specs/orders.yaml")
    out = workspace.ok("show", "daily_orders").out
    assert f"  schedule  {schedule}: {words}\n" in out


def test_show_draws_in_ascii_where_it_has_to(workspace: Shell) -> None:
    workspace.ok("create", "specs")
    done = workspace.run("show", "daily_orders", encoding="ascii")
    assert "extract -> load" in done.out


def test_show_in_json_has_row_graph_and_spec(workspace: Shell) -> None:
    workspace.ok("create", "specs")
    dag = workspace.json("show", "daily_orders")["dag"]
    assert list(dag)[: len(ROW)] == ROW
    assert dag["graph"] == {
        "nodes": ["extract", "load"],
        "edges": [["extract", "load"]],
        "levels": [["extract"], ["load"]],
        "groups": [],
    }
    assert dag["spec"]["dag_name"] == "Daily orders"
    assert dag["next_run"].endswith("T02:00:00Z")


@pytest.mark.parametrize(("form", "first"), [("mermaid", "flowchart LR"), ("dot", "digraph")])
def test_show_prints_the_graph_alone(workspace: Shell, form: str, first: str) -> None:
    workspace.ok("create", "specs")
    assert workspace.ok("show", "daily_orders", "-o", form).out.startswith(first)


def test_show_source_prints_the_recorded_file(workspace: Shell) -> None:
    workspace.ok("create", "specs")
    recorded = (workspace.folder / "dags" / "daily_orders.py").read_text()
    workspace.write("dags/daily_orders.py", "mine\n")
    assert workspace.ok("show", "daily_orders", "--source").out == recorded


@pytest.mark.parametrize("content", [b"\xff\xfe", b"# an older version\n"])
def test_show_source_hands_out_no_byte_that_was_not_recorded(
    workspace: Shell, content: bytes
) -> None:
    workspace.ok("create", "specs")
    (stored,) = workspace.folder.glob(".git/dagctl/top/store/*/dags/daily_orders.py")
    stored.write_bytes(content)
    done = workspace.run("show", "daily_orders", "--source")
    assert (done.code, done.out) == (ExitCode.CONFLICT, "")
    assert "the stored file of `daily_orders` is not the recorded one" in done.err


@pytest.mark.parametrize("form", ["text", "json"])
def test_show_spec_prints_a_spec_that_means_the_same(workspace: Shell, form: str) -> None:
    text = GOOD.replace("echo extract", '"a\\nb: {{ ds }}  \\n\\té 😀 no"')
    workspace.write("specs/orders.yaml", text)
    workspace.ok("create", "specs")
    first = workspace.json("show", "daily_orders")["dag"]["spec"]
    printed = workspace.ok("show", "daily_orders", "--spec", "-o", form).out
    workspace.ok("create", "-", "--if-exists", "update", stdin=printed)
    assert workspace.json("show", "daily_orders")["dag"]["spec"] == first


def test_show_spec_that_fails_prints_nothing_that_looks_like_a_spec(workspace: Shell) -> None:
    done = workspace.run("show", "nothing", "--spec", "-o", "json")
    assert (done.code, done.out) == (ExitCode.NOT_FOUND, "")
    assert "no DAG `nothing` is recorded" in done.err


def test_hostile_values_are_shown_escaped(workspace: Shell) -> None:
    text = GOOD.replace("data-team", '"[/foo][red]x"').replace(
        "Loads the orders of a day", '"a\\tb [bold]\\n\\u200fc"'
    )
    workspace.write("specs/orders.yaml", text)
    workspace.ok("create", "specs")
    assert workspace.ok("list").out.split("\t")[3] == "[/foo][red]x"
    shown = workspace.ok("show", "daily_orders").out
    assert "  owner     [/foo][red]x\n" in shown
    assert "  a\\tb [bold]\n" in shown
    assert "\u200f" not in shown
    assert workspace.json("show", "daily_orders")["dag"]["owner"] == "[/foo][red]x"


def test_every_code_is_explained(shell: Shell) -> None:
    for code, entry in EXPLANATIONS.items():
        assert shell.ok("explain", code.lower()).out.startswith(f"{code}: {entry.title}\n")


def test_explain_lists_every_code(shell: Shell) -> None:
    lines = shell.ok("explain", "--list").out.splitlines()
    assert [line.split("\t")[0] for line in lines] == list(EXPLANATIONS)
    assert [one["code"] for one in shell.json("explain", "--list")["codes"]] == list(EXPLANATIONS)


def test_an_unknown_code_is_not_found(shell: Shell) -> None:
    done = shell.run("explain", "CONFLIKT")
    assert done.code == ExitCode.NOT_FOUND
    assert "did you mean `CONFLICT`?" in done.err


def test_the_schema_is_json(shell: Shell) -> None:
    assert "dag_name" in json.loads(shell.ok("schema").out)["properties"]


def test_outdated_dags_are_listed_with_the_input_that_has_changed(workspace: Shell) -> None:
    workspace.write("specs/defaults.yaml", "retries: 2\n")
    workspace.ok("create", "specs")
    assert workspace.ok("list", "--outdated").err.startswith("Up to date: 1 DAG\n")
    assert "inputs    specs/defaults.yaml\n" in workspace.ok("show", "daily_orders").out
    workspace.write("specs/defaults.yaml", "retries: 2\ndoc_md: Of the team\n")
    done = workspace.ok("list", "--outdated")
    assert done.out == (
        "daily_orders v1: specs/orders.yaml makes another DAG now\n"
        "    changed  specs/defaults.yaml\n"
    )
    assert done.err.endswith("  next: dagctl create --dry-run specs/orders.yaml\n")
    assert workspace.ok("list", "--outdated", "-o", "name").out == "daily_orders\n"
    (row,) = workspace.json("list", "--outdated")["dags"]
    (item,) = row["inputs"]
    assert (row["makes"], row["spec_error"], item["state"]) == ("other", None, "changed")
    shown = workspace.ok("show", "daily_orders")
    assert "inputs    specs/defaults.yaml (changed)\n" in shown.out
    assert "the DAG is out of date: specs/orders.yaml makes another DAG now" in shown.err
    assert workspace.json("show", "daily_orders")["dag"]["makes"] == "other"
    workspace.write("specs/defaults.yaml", "retires: 2\n")
    done = workspace.ok("list", "--outdated")
    assert "specs/orders.yaml has errors now\n" in done.out
    assert "    error    specs/defaults.yaml:1: " in done.out


def test_show_does_not_say_of_a_spec_that_it_has_not_read_that_it_makes_the_same(
    workspace: Shell,
) -> None:
    workspace.write("specs/my orders.yaml", GOOD.replace("Daily orders", "Mine"))
    workspace.ok("create", "specs/my orders.yaml")
    workspace.write("specs/my orders.yaml", GOOD.replace("Daily orders", "Mine") + "retries: 4\n")
    assert workspace.json("show", "mine")["dag"]["makes"] == "unknown"
    done = workspace.ok("list", "--outdated")
    assert (
        done.out == "mine v1: specs/my orders.yaml makes another DAG now\n    changed  the spec\n"
    )
    assert done.err.endswith("  next: dagctl create --dry-run 'specs/my orders.yaml'\n")
