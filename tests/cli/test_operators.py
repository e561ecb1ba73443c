"""`dagctl operators`: search, and what an operator takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from dagctl.errors import ExitCode

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


def test_a_search_finds_names_paths_and_descriptions(shell: Shell) -> None:
    rows = [line.split("\t") for line in shell.ok("operators", "s3", "key").out.splitlines()]
    assert rows[0][:3] == ["S3KeySensor", "amazon", "sensor"]
    assert rows[0][3] == "airflow.providers.amazon.aws.sensors.s3.S3KeySensor"
    assert {row[1] for row in rows} >= {"amazon", "google"}


def test_a_provider_lists_its_operators(shell: Shell) -> None:
    rows = [line.split("\t") for line in shell.ok("operators", "docker").out.splitlines()]
    assert rows[0][:2] == ["DockerOperator", "docker"]


def test_without_a_word_all_are_listed(shell: Shell) -> None:
    assert len(shell.ok("operators").out.splitlines()) > 1_100


def test_a_misspelt_name_lists_the_near_ones(shell: Shell) -> None:
    names = [m["name"] for m in shell.json("operators", "KubernetesPodOperater")["operators"]]
    assert names[0] == "KubernetesPodOperator"


def test_a_search_that_matches_nothing(shell: Shell) -> None:
    done = shell.run("operators", "qqqqqqqq")
    assert done.code == ExitCode.NOT_FOUND
    assert "no operator is about `qqqqqqqq`" in done.err


def test_an_operator_with_its_parameters(shell: Shell) -> None:
    page = shell.ok("operators", "show", "S3KeySensor").out
    assert page.startswith("S3KeySensor (sensor of amazon)\n")
    assert "  bucket_key: str | list[str], required, rendered\n" in page
    assert "  wildcard_match: bool, default False\n" in page
    assert "  needs     apache-airflow-providers-amazon" in page


def test_the_workspace_says_for_which_airflow_and_which_providers(shell: Shell) -> None:
    shell.ok("init")
    settings = shell.folder / "dagctl.toml"
    settings.write_text("", "utf-8")
    assert "HITLOperator" in shell.ok("operators", "hitl").out
    assert "AthenaSparkSensor" in shell.ok("operators", "athena").out

    settings.write_text('[airflow.providers]\namazon = "9.10"\n', "utf-8")
    assert "AthenaSparkSensor" not in shell.ok("operators", "athena").out
    said = shell.run("operators", "show", "AthenaSparkSensor").err
    assert "not in the version of `amazon` that you have" in said

    settings.write_text('[airflow]\nversion = "3.0"\n', "utf-8")
    assert shell.json("operators", "athena")["airflow"] == "3.0"
    said = shell.run("operators", "show", "HITLOperator").err
    assert "of the provider `standard` needs Airflow 3.1" in said


def test_an_operator_as_json(shell: Shell) -> None:
    operator = shell.json("operators", "show", "BashOperator", "--airflow", "2.11")["operator"]
    assert operator["path"] == "airflow.operators.bash.BashOperator"
    assert operator["airflow"] == "2.11"
    needed = [p["name"] for p in operator["parameters"] if p["required"]]
    assert needed == ["bash_command"]
    (task,) = yaml.safe_load(operator["example"])
    assert task == {
        "task_id": "bash",
        "operator": "BashOperator",
        "with": {"bash_command": "my_bash_command"},
    }


def test_the_workspace_says_which_airflow(workspace: Shell) -> None:
    path = workspace.folder / "dagctl.toml"
    path.write_text(path.read_text("utf-8").replace('airflow = "3"', 'airflow = "2"'), "utf-8")
    operator = workspace.json("operators", "show", "BashOperator")["operator"]
    assert operator["path"] == "airflow.operators.bash.BashOperator"


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (["show", "S3KeySensr"], ExitCode.NOT_FOUND, "did you mean `S3KeySensor`"),
        (["show", "mine.Own"], ExitCode.NOT_FOUND, "`mine.Own` is not in the catalogue"),
        (["show", "HITLOperator", "--airflow", "3.0"], ExitCode.NOT_FOUND, "needs Airflow 3.1"),
        (["bash", "--airflow", "9"], ExitCode.USAGE, "the catalogue knows 2, 3, or one of 2.9"),
        (["word"] * 21, ExitCode.USAGE, "a search has at most 20 words"),
        (["show", "task.dokcer"], ExitCode.NOT_FOUND, "did you mean `task.docker`"),
    ],
)
def test_what_cannot_be_shown(shell: Shell, words: list[str], code: int, text: str) -> None:
    done = shell.run("operators", *words)
    assert done.code == code
    assert text in done.err


def test_an_unknown_airflow_is_named_in_a_workspace_too(workspace: Shell) -> None:
    for words in (["bash"], ["show", "BashOperator"]):
        done = workspace.run("operators", *words, "--airflow", "x")
        assert done.code == ExitCode.USAGE
        assert "the catalogue knows 2, 3, or one of 2.9" in done.err


def test_a_decorator_is_shown_too(shell: Shell) -> None:
    assert "image: str, required" in shell.ok("operators", "show", "task.docker").out
