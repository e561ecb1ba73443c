"""What an editor with the YAML language server offers and underlines, with dagctl's schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dagctl.spec.json_schema import json_schema

from .language_server import LanguageServer

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.sweep

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / ".yaml-language-server" / "node_modules" / ".bin" / "yaml-language-server"
HEAD = "# yaml-language-server: $schema=./{}.json\ndag_name: Orders\n"
TASKS = HEAD.format("operators") + "tasks:\n  - task_id: wait\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    if not PROGRAM.exists():
        pytest.skip("the YAML language server is not set up: `make editor`")
    folder = tmp_path_factory.mktemp("specs")
    (folder / "plain.json").write_text(json.dumps(json_schema()))
    (folder / "operators.json").write_text(json.dumps(json_schema(["amazon", "http"])))
    with LanguageServer(PROGRAM, folder) as started:
        yield started


def test_the_names_of_classes_are_offered(server: LanguageServer) -> None:
    offered = server.completions(TASKS + "    operator: |\n")
    assert {"S3KeySensor", "HttpOperator", "BashOperator", "SnowflakeCheckOperator"} <= {*offered}


@pytest.mark.parametrize(
    ("operator", "there", "not_there"),
    [
        ("S3KeySensor", {"bucket_key", "wildcard_match", "poke_interval"}, {"endpoint"}),
        ("HttpOperator", {"endpoint", "method", "headers"}, {"bucket_key"}),
        ("BashOperator", {"bash_command", "skip_on_exit_code"}, {"bucket_key", "endpoint"}),
    ],
)
def test_the_parameters_of_the_chosen_class_are_offered(
    server: LanguageServer, operator: str, there: set[str], not_there: set[str]
) -> None:
    offered = {*server.completions(f"{TASKS}    operator: {operator}\n    with:\n      |\n")}
    assert there <= offered
    assert not offered & not_there


@pytest.mark.parametrize("schema", ["plain", "operators"])
def test_keys_and_words_are_offered(server: LanguageServer, schema: str) -> None:
    head = HEAD.format(schema)
    assert {"timezone", "params", "task_defaults"} <= {*server.completions(f"{head}|\ntasks: []\n")}
    task = head + "tasks:\n  - task_id: a\n    bash_command: ls\n    "
    assert {"retries", "pool", "trigger_rule"} <= {*server.completions(task + "|\n")}
    assert {"all_done", "one_failed"} <= {*server.completions(task + "trigger_rule: |\n")}


@pytest.mark.parametrize(
    ("task", "line", "word"),
    [
        ("operator: S3KeySensor\n    with: {bucket_kye: a, bucket_key: b}", 6, "bucket_kye"),
        ("operator: S3KeySensor\n    with: {wildcard_match: true}", 6, "bucket_key"),
        ("operator: HttpOperator\n    with: {log_response: 5}", 6, "boolean"),
        ("bash_command: ls\n    retrys: 3", 6, "retrys"),
        ("bash_command: 5", 5, "string"),
        ("python_code: return 1\n    trigger_rule: all_don", 6, "Value is not accepted"),
        ("bash_command: ls\n    retry_delay: 5", 6, "string"),
        ("task_type: bash", 4, "bash_command"),
        ("bash_command: ls\n    on_failure_callback: jobs.f", 6, "Callback"),
    ],
)
def test_a_slip_has_one_mark(server: LanguageServer, task: str, line: int, word: str) -> None:
    found = server.marks(f"{TASKS}    {task}\n")
    assert [place for place, _ in found] == [line], found
    assert word in found[0][1]


def test_a_spec_without_slips_has_no_mark(server: LanguageServer) -> None:
    spec = (ROOT / "tests" / "golden" / "language_operators" / "spec.yaml").read_text("utf-8")
    assert server.marks("# yaml-language-server: $schema=./operators.json\n" + spec) == []
