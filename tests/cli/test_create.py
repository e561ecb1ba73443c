"""`dagctl create` and `dagctl recover`."""

from __future__ import annotations

import json
import re
import signal
from typing import TYPE_CHECKING

import pytest

from dagctl.errors import ExitCode
from tests.cli.conftest import BAD, GOOD
from tests.cli.interruption import interrupted

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


def test_create_says_what_it_did_and_what_comes_next(workspace: Shell) -> None:
    done = workspace.ok("create", "specs/orders.yaml")
    commit = workspace.git("rev-parse", "--short=7", "HEAD")
    assert done.out == f"Created daily_orders v1 ({commit}): dags/daily_orders.py\n"
    assert done.err.endswith("  next: dagctl show daily_orders\n")
    assert f"  commit       {commit} on main\n" in done.err


def test_the_second_run_changes_nothing_and_says_so(workspace: Shell) -> None:
    workspace.ok("create", "specs")
    before = workspace.git("rev-parse", "HEAD")
    done = workspace.ok("create", "specs")
    assert (done.out, done.err) == ("daily_orders v1 is unchanged; nothing to do\n", "")
    assert workspace.git("rev-parse", "HEAD") == before


def test_a_changed_spec_updates_its_dag(workspace: Shell) -> None:
    workspace.ok("create", "specs")
    workspace.write("specs/orders.yaml", GOOD.replace("0 2 * * *", "@hourly"))
    assert workspace.ok("create", "specs").out.startswith("Updated daily_orders v2 (")


def test_json_has_an_entry_for_each_spec(workspace: Shell) -> None:
    workspace.write("specs/second.yaml", GOOD.replace("Daily", "Weekly"))
    result = workspace.json("create", "specs")
    commit = workspace.git("rev-parse", "HEAD")
    assert [(dag["dag_id"], dag["source"]) for dag in result["dags"]] == [
        ("daily_orders", "specs/orders.yaml"),
        ("weekly_orders", "specs/second.yaml"),
    ]
    assert {dag["commit_id"] for dag in result["dags"]} == {commit}
    assert all(dag["changed"] and dag["state"] == "created" for dag in result["dags"])
    again = workspace.json("create", "specs")
    assert all(not dag["changed"] and dag["state"] == "unchanged" for dag in again["dags"])


def test_json_leaves_the_rest_to_standard_error(workspace: Shell) -> None:
    assert workspace.ok("create", "specs", "-o", "json").document["dry_run"] is False


def test_a_spec_whose_name_is_no_text_is_refused_before_anything_is_done(
    workspace: Shell,
) -> None:
    workspace.write("specs/orders.yaml", GOOD).rename(workspace.folder / "specs/\udcff.yaml")
    done = workspace.run("create", "specs")
    assert (done.code, r"the name of the spec 'specs/\udcff.yaml' is not UTF-8" in done.err) == (
        2,
        True,
    )
    assert not (workspace.folder / "dags").exists()
    assert workspace.run("recover").code == 0


def test_an_author_whose_name_is_not_utf_8_has_one_all_the_same(workspace: Shell) -> None:
    config = workspace.folder / ".git/config"
    config.write_bytes(config.read_bytes() + b"[user]\n\tname = J\xf6rg\n\temail = j@x.org\n")
    workspace.ok("create", "specs")
    record = workspace.json("show", "daily_orders")["dag"]
    assert record["created_by"] == "J\ufffdrg <j@x.org>"


def test_a_spec_from_standard_input_has_no_source(workspace: Shell) -> None:
    (dag,) = workspace.json("create", "-", stdin=GOOD)["dags"]
    assert dag["source"] is None
    (second,) = workspace.json("create", "-", stdin=GOOD)["dags"]
    assert (second["dag_id"], second["state"]) == ("daily_orders", "unchanged")
    (third,) = workspace.json("create", "-", stdin=GOOD.replace("gold", "silver"))["dags"]
    assert third["dag_id"] == "daily_orders_2"


def test_one_bad_spec_stops_all_and_every_problem_is_reported(workspace: Shell) -> None:
    workspace.write("specs/bad.yaml", BAD)
    done = workspace.run("create", "specs", "nope.yaml")
    assert done.code == ExitCode.NOT_FOUND
    assert done.out == ""
    for words in ("DAG210", "DAG201", "DAG301", "nope.yaml", "Nothing was written."):
        assert words in done.err
    assert not (workspace.folder / "dags").exists()


def test_a_spec_that_was_changed_since_the_last_commit_is_named(workspace: Shell) -> None:
    workspace.ok("create", "specs")
    workspace.git("add", "specs")
    workspace.git("commit", "-q", "-m", "spec")
    spec = workspace.folder / "specs/orders.yaml"
    spec.write_text(spec.read_text().replace("gold", "silver"))
    done = workspace.ok("create", "specs", "-o", "json")
    assert done.document["result"]["untracked"] == ["specs/orders.yaml"]
    spec.write_text(spec.read_text().replace("silver", "lead"))
    assert "  next: git add specs/orders.yaml\n" in workspace.ok("create", "specs").err
    workspace.git("add", "specs")
    spec.write_text(spec.read_text().replace("lead", "tin"))
    workspace.git("add", "specs")
    assert "git add" not in workspace.ok("create", "specs").err


def test_keep_going_leaves_bad_specs_out(workspace: Shell) -> None:
    workspace.write("specs/bad.yaml", BAD)
    done = workspace.run("create", "specs", "--keep-going")
    assert done.code == ExitCode.INVALID
    assert done.out.startswith("Created daily_orders v1")
    assert "3 errors, 0 warnings in 1 file. Left out; going on with the others." in done.err


def test_keep_going_in_json_has_the_result_and_the_findings(workspace: Shell) -> None:
    workspace.write("specs/bad.yaml", BAD)
    done = workspace.run("create", "specs", "--keep-going", "-o", "json")
    document = done.document
    assert done.code == document["error"]["exit_code"] == ExitCode.INVALID
    assert [dag["dag_id"] for dag in document["result"]["dags"]] == ["daily_orders"]
    assert {found["file"] for found in document["diagnostics"]} == {"specs/bad.yaml"}


def test_a_dry_run_shows_the_diff_and_changes_nothing(workspace: Shell) -> None:
    before = workspace.git("status", "--porcelain", "--untracked-files=all")
    done = workspace.ok("create", "--dry-run", "specs")
    assert done.out.startswith("create daily_orders v1 from specs/orders.yaml\n  + dags/")
    assert '+    "daily_orders",' in done.out
    assert "Nothing was changed." in done.err
    assert workspace.git("status", "--porcelain", "--untracked-files=all") == before
    assert workspace.json("list")["dags"] == []


def test_a_dry_run_in_json_has_the_plan(workspace: Shell) -> None:
    done = workspace.ok("create", "--dry-run", "specs", "-o", "json")
    assert done.document["dry_run"] is True
    (dag,) = done.document["result"]["dags"]
    assert (dag["action"], dag["version"]) == ("create", 1)
    assert dag["changes"] == []
    assert dag["diff"].startswith("--- ")


def test_a_dry_run_in_json_says_what_an_update_changes(workspace: Shell) -> None:
    workspace.ok("create", "specs")
    workspace.write("specs/orders.yaml", GOOD.replace("0 2 * * *", "@daily"))
    done = workspace.ok("create", "--dry-run", "specs", "-o", "json")
    assert done.document["result"]["dags"][0]["changes"] == [
        {
            "kind": "changed",
            "path": ["schedule_interval"],
            "before": "0 2 * * *",
            "after": "@daily",
        }
    ]


def test_a_dry_run_of_what_is_there_has_nothing_to_do(workspace: Shell) -> None:
    workspace.ok("create", "specs")
    done = workspace.ok("create", "--dry-run", "specs")
    assert done.out == "unchanged daily_orders v1 from specs/orders.yaml\n"
    assert done.err == "Nothing to do.\n"


@pytest.fixture
def many(workspace: Shell) -> Shell:
    """Return the user with 5 recorded DAGs, of which the spec of one has changed since."""
    for number in range(4):
        workspace.write(f"specs/s{number}.yaml", GOOD.replace("Daily orders", f"S {number}"))
    workspace.ok("create", "specs")
    workspace.write("specs/orders.yaml", GOOD.replace("0 2 * * *", "@hourly"))
    return workspace


def test_of_many_dags_only_the_changes_are_listed_and_then_the_totals(many: Shell) -> None:
    planned = many.ok("create", "--dry-run", "specs").out.splitlines()
    assert planned[0] == "update daily_orders v1 -> v2 from specs/orders.yaml"
    assert not any(line.startswith("unchanged ") for line in planned)
    assert planned[-1] == "1 to update, 4 unchanged"
    first, last = many.ok("create", "specs").out.splitlines()
    assert first.startswith("Updated daily_orders v2")
    assert last == "1 updated, 4 unchanged"
    assert many.ok("create", "specs").out == "5 unchanged; nothing to do\n"


def test_verbose_lists_all_quiet_none_and_json_has_the_totals(many: Shell) -> None:
    counted = {"created": 0, "updated": 1, "unchanged": 4}
    assert many.json("create", "--dry-run", "specs")["totals"] == counted
    assert many.ok("-v", "create", "--dry-run", "specs").out.count("unchanged s_") == 4
    assert many.ok("-q", "create", "--dry-run", "specs").out == ""
    assert many.json("create", "specs")["totals"] == counted
    assert many.ok("-v", "create", "specs").out.count(" is unchanged") == 5
    done = many.ok("-q", "create", "specs")
    assert (done.out, done.err) == ("", "")


def test_a_warning_about_a_spec_is_shown_with_quiet(workspace: Shell) -> None:
    workspace.write("specs/orders.yaml", GOOD + "start_date: 2024-01-01T06:00\n")
    done = workspace.ok("-q", "create", "specs")
    assert done.out == ""
    assert "warning[DAG215]" in done.err


def test_nothing_pends_after_create(workspace: Shell) -> None:
    workspace.ok("create", "specs")
    assert workspace.run("create", "--dry-run", "--exit-code", "specs").code == ExitCode.OK


def test_if_exists_fail_is_a_conflict(workspace: Shell) -> None:
    workspace.ok("create", "specs")
    done = workspace.run("create", "--if-exists", "fail", "specs", "-o", "json")
    assert done.code == ExitCode.CONFLICT
    assert done.document["error"]["retryable"] is False


def test_a_change_by_hand_is_shown_and_force_overrules(workspace: Shell) -> None:
    workspace.ok("create", "specs")
    workspace.write("dags/daily_orders.py", "mine\n")
    done = workspace.run("create", "specs", "-o", "json")
    assert done.code == ExitCode.CONFLICT
    assert "+mine" in done.document["error"]["diff"]
    workspace.ok("create", "specs", "--force")
    assert "mine" not in (workspace.folder / "dags" / "daily_orders.py").read_text()


def test_a_refusing_hook_is_a_conflict_and_no_verify_skips_it(workspace: Shell) -> None:
    hook = workspace.write(
        ".git/hooks/pre-commit", "#!/bin/sh\necho 'not on \x1b[31mMonday'\nexit 1\n"
    )
    hook.chmod(0o755)
    done = workspace.run("create", "specs")
    assert done.code == ExitCode.CONFLICT
    assert "not on" in done.err
    assert "\x1b" not in done.err
    workspace.ok("create", "specs", "--no-verify")


@pytest.mark.parametrize(
    ("option", "told"), [("-q", ""), ("--no-progress", "next:"), ("-v", "note plan")]
)
def test_how_much_is_shown_is_the_users_choice(workspace: Shell, option: str, told: str) -> None:
    done = workspace.ok(option, "create", "specs")
    assert done.out.startswith("Created daily_orders") is (option != "-q")
    assert told in done.err
    assert bool(done.err) is bool(told)
    assert ("commit" in done.err) is (option == "-v")


def test_the_commit_id_is_that_of_head(workspace: Shell) -> None:
    done = workspace.ok("create", "specs")
    found = re.search(r"\((\w{7})\)", done.out)
    assert found
    assert workspace.git("rev-parse", "HEAD").startswith(found[1])


UNDONE = "undone an interrupted operation (daily_orders)"


@pytest.fixture
def dead(workspace: Shell) -> Shell:
    """A workspace where a `create` was killed."""
    assert interrupted(workspace, signal.SIGKILL)[0] == -signal.SIGKILL
    (workspace.folder / ".git/hooks/pre-commit").unlink()
    return workspace


@pytest.mark.parametrize(
    "command", [["list"], ["create", "specs"], ["create", "specs", "--dry-run"]]
)
def test_what_became_of_a_killed_run_is_reported_once(dead: Shell, command: list[str]) -> None:
    assert UNDONE in dead.ok(*command).err
    assert UNDONE not in dead.ok(*command).err


def test_show_says_what_became_of_a_killed_run(workspace: Shell) -> None:
    workspace.ok("create", "specs")
    workspace.write("specs/orders.yaml", GOOD.replace("0 2 * * *", "@hourly"))
    assert interrupted(workspace, signal.SIGKILL)[0] == -signal.SIGKILL
    assert UNDONE in workspace.ok("show", "daily_orders").err


def test_an_unreadable_journal_entry_does_not_hold_its_names_for_ever(dead: Shell) -> None:
    (entry,) = (dead.folder / ".git/dagctl/top/journal").glob("*.json")
    entry.write_text(entry.read_text()[:100])
    done = dead.ok("create", "specs", "--force")
    assert done.out.startswith("Created daily_orders v1 (")


@pytest.mark.parametrize("output", ["text", "json"])
def test_a_create_that_fails_says_what_became_of_a_killed_run(dead: Shell, output: str) -> None:
    dead.write("dags/daily_orders.py", "mine\n")
    done = dead.run("create", "specs", "--output", output)
    assert done.code == ExitCode.CONFLICT
    if output == "json":
        (undone,) = json.loads(done.out)["result"]["recovered"]
        assert undone["outcome"] == "undone"
    else:
        assert UNDONE in done.err


def test_recover_says_that_there_is_nothing_to_do(workspace: Shell) -> None:
    assert workspace.ok("recover").out == "nothing to recover\n"
    assert workspace.json("recover") == {"recovered": []}


def test_a_dry_run_shows_the_plan_while_a_merge_is_under_way(workspace: Shell) -> None:
    workspace.ok("create", "specs")
    head = workspace.git("rev-parse", "HEAD").strip()
    (workspace.folder / ".git" / "MERGE_HEAD").write_text(f"{head}\n", "utf-8")
    workspace.write("specs/orders.yaml", GOOD.replace("0 2 * * *", "@hourly"))
    done = workspace.ok("create", "--dry-run", "specs")
    assert "update daily_orders v1 -> v2" in done.out
    assert "would be refused now: a merge is under way" in done.err
    assert workspace.run("create", "specs").code == ExitCode.CONFLICT
    assert workspace.git("rev-parse", "HEAD").strip() == head


def test_two_specs_of_one_id_are_refused_by_a_check_as_by_create(shell: Shell) -> None:
    shell.ok("init")
    for name in ("a", "b"):
        text = f"dag_name: {name}\ndag_id: same\ntasks: [{{task_id: t, bash_command: date}}]\n"
        shell.write(f"specs/{name}.yaml", text)
    refused = shell.run("validate", "specs")
    assert refused.code == ExitCode.INVALID
    for path in ("specs/a.yaml", "specs/b.yaml"):
        assert path in refused.err + refused.out
    assert shell.run("create", "specs").code == ExitCode.CONFLICT


def test_a_folder_of_specs_that_becomes_a_link_makes_no_second_dag(workspace: Shell) -> None:
    workspace.ok("create", "specs")
    (workspace.folder / "specs").rename(workspace.folder / "kept")
    workspace.write("other/orders.yaml", GOOD.replace("0 2 * * *", "@hourly"))
    (workspace.folder / "specs").symlink_to("other")
    refused = workspace.run("create", "--force", "specs")
    assert refused.code == ExitCode.CONFLICT
    assert "the DAG of specs/orders.yaml, and that path is behind a link now" in refused.err
    assert [dag["dag_id"] for dag in workspace.json("list")["dags"]] == ["daily_orders"]
    (workspace.folder / "specs").unlink()
    (workspace.folder / "kept").rename(workspace.folder / "specs")
    assert workspace.ok("create", "specs/orders.yaml").out.endswith("nothing to do\n")
