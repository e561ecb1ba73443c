"""Shell commands: kept to the letter, and refused where they would fail when the task runs."""

from __future__ import annotations

import pytest
from pydantic_core import PydanticCustomError

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.text.lines import TextRange
from dagctl.user_code.bash.bash_command import MAX_COMMAND, check_bash_command, command_problems


def _refusal(command: str) -> Problem:
    with pytest.raises(PydanticCustomError) as caught:
        check_bash_command(command)
    assert caught.value.context is not None
    problem = caught.value.context["problem"]
    assert isinstance(problem, Problem)
    return problem


@pytest.mark.parametrize(
    "command",
    [
        "echo a",
        "# nothing",
        "\n\necho a\n\n",
        "echo a\r\necho b\r\n",
        "echo $HOME ${X:-y} $((1+2)) `id` $'\\n'",
        "echo {{ ds }} {{ ts_nodash_with_tz }}",
        "echo {{ data_interval_end | ds }} {{ logical_date | ts_nodash }}",
        "{% do [].append(1) %}{% if x is defined %}echo{% endif %}",
        "{% raw %}docker ps --format '{{.Names}}'{% endraw %}",
        "{{ 9**9**9**9 }}",
        "{{ 'a' * 10**12 }}",
        "./run.sh && echo ok",
        "./run.sh ",
        "./run.SH",
        "printf '\x1b[31m'",
        "echo " + "a" * (MAX_COMMAND - 5),
    ],
)
def test_a_command_that_runs_is_kept(command: str) -> None:
    assert check_bash_command(command) == command


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("", Code.BLANK),
        (" \n\t", Code.BLANK),
        ("a\x00b", Code.BAD_CHARACTER),
        ("a\ud800", Code.BAD_CHARACTER),
        ("echo '\u202e'", Code.BAD_CHARACTER),
        ("a" * (MAX_COMMAND + 1), Code.TOO_LONG),
        ("\u00e9" * (MAX_COMMAND // 2 + 1), Code.TOO_LONG),
        ("./run.sh", Code.TEMPLATE_FILE),
        ("true # see load.bash", Code.TEMPLATE_FILE),
        ("echo {{ ds", Code.BAD_TEMPLATE),
        ("echo {% endraw %}", Code.BAD_TEMPLATE),
        ("{% if x %}echo", Code.BAD_TEMPLATE),
        ("echo ${#files[@]}", Code.BAD_TEMPLATE),
        ("docker ps --format '{{.Names}}'", Code.BAD_TEMPLATE),
        ("echo {{ ds | nodash }}", Code.BAD_TEMPLATE),
        ("echo {{ x is strange }}", Code.BAD_TEMPLATE),
        ("{{ " + "(" * 60_000 + " }}", Code.BAD_TEMPLATE),
        ("{{ " + "9" * 5_000 + " }}", Code.BAD_TEMPLATE),
    ],
)
def test_a_command_that_would_fail_is_refused(command: str, code: Code) -> None:
    assert _refusal(command).code == code


def test_a_bad_template_is_reported_at_its_line() -> None:
    assert _refusal("echo a\n  echo {{ ds | nodash }}  \necho b").place == TextRange(2, 16, 2, 22)


def test_the_end_that_airflow_takes_for_a_file_is_marked() -> None:
    assert _refusal("cd x\n./run.sh").place == TextRange(2, 6, 2, 9)


def test_a_near_filter_is_suggested() -> None:
    assert _refusal("{{ ds | ds_nodsh }}").hint == "did you mean `ds_nodash`?"


def test_checking_a_template_computes_nothing() -> None:
    # Jinja would need years, or more memory than there is, for each of these.
    check_bash_command("{{ 9**9**9**9 }}{{ 'x' * 10**15 }}{{ range(10**15) | list }}")


@pytest.mark.parametrize(
    ("command", "codes"),
    [
        (
            "{{ ds | one }} {{ ds | one | two }}\n{{ x is odder }}\n./run.sh",
            [Code.TEMPLATE_FILE, Code.BAD_TEMPLATE, Code.BAD_TEMPLATE, Code.BAD_TEMPLATE],
        ),
        ("echo \u202e\u202d {{ ds", [Code.BAD_CHARACTER, Code.BAD_CHARACTER, Code.BAD_TEMPLATE]),
        ("{% x %}" + "a" * MAX_COMMAND, [Code.TOO_LONG, Code.BAD_TEMPLATE]),
        ("", [Code.BLANK]),
    ],
)
def test_all_that_is_wrong_is_reported_at_once(command: str, codes: list[Code]) -> None:
    assert [problem.code for problem in command_problems(command)] == codes
