"""What dagctl warns of in shell commands that it takes."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dagctl.errors import Severity
from dagctl.findings.codes import Code
from dagctl.user_code.bash.bash_command import bash_warnings, check_bash_command
from dagctl.user_code.jinja.context_variables import REPLACEMENTS
from dagctl.user_code.jinja.words import AIRFLOW

ESCAPED = """| replace("'", "'\\\\''")"""
"""What makes any text harmless between single quotes."""


@pytest.mark.parametrize(
    ("command", "codes"),
    [
        ("echo {{ ds }}", []),
        ("echo execution_date", []),
        ("echo {{ execution_date }}", [Code.GONE_VARIABLE]),
        ("echo {{ next_ds }} {{ prev_ds }}", [Code.GONE_VARIABLE, Code.GONE_VARIABLE]),
        ("echo {% set next_ds = 1 %}", []),
        ("echo {{ data_interval_strat }}", [Code.UNKNOWN_VARIABLE]),
        ("echo {{ team | default('x') }} {% if zone is defined %}{{ zone }}{% endif %}", []),
        ("{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1) }}", []),
        ("{% for x in range(3) %}{{ loop.index }}{{ x }}{% endfor %}", []),
        ("{% import 'm' as m %}{% from 'm' import n, o as p %}{{ m.x }}{{ n }}{{ p }}", []),
        ("echo {{ params.x }}", [Code.UNQUOTED_PARAMETER]),
        ("echo {{ dag_run.conf['x'] }}", [Code.UNQUOTED_PARAMETER]),
        ("echo '{{ params.x }}'", [Code.UNQUOTED_PARAMETER]),
        ('echo "{{ params.x }}"', [Code.UNQUOTED_PARAMETER]),
        ("echo {{ params.x | int }} {{ params.y | length }}", []),
        ("echo {{ params.y ~ params.x | int }}", [Code.UNQUOTED_PARAMETER]),
        (f"echo '{{{{ params.x {ESCAPED} }}}}'", []),
        (f"echo \"it's\" '/a/{{{{ dag_run.conf['x'] {ESCAPED} }}}}/b'", []),
        (f"# don't\necho '{{{{ params.x {ESCAPED} }}}}'", []),
        (f"echo {{{{ params.x {ESCAPED} }}}}", [Code.UNQUOTED_PARAMETER]),
        (f"echo 'a'{{{{ params.x {ESCAPED} }}}}'b'", [Code.UNQUOTED_PARAMETER]),
        (f"bash -c \"echo '{{{{ params.x {ESCAPED} }}}}'\"", [Code.UNQUOTED_PARAMETER]),
        ("echo '{{ params.x | replace('a', 'b') }}'", [Code.UNQUOTED_PARAMETER]),
        ("{% raw %}{{ params. }}{% endraw %}", []),
        ("{%- raw -%}{{ params.x }}{%+ endraw %}{# {{ params.x }} #}", []),
        ("{% raw %}{#{% endraw %}{{ params.x }}#}", [Code.UNQUOTED_PARAMETER]),
        (
            "{% raw %}{% endraw %}{{ params.x }}{% raw %}{{ params.x }}{% endraw %}{{ params.x }}",
            [Code.UNQUOTED_PARAMETER] * 2,
        ),
        ("echo a\r\necho b\r\n", []),  # Jinja makes LF of it
    ],
)
def test_what_is_seldom_meant_is_a_warning(command: str, codes: list[Code]) -> None:
    found = list(bash_warnings(check_bash_command(command)))

    assert [problem.code for problem in found] == codes
    assert all(problem.severity is Severity.WARNING for problem in found)


@pytest.mark.parametrize("name", REPLACEMENTS)
def test_the_hint_for_a_variable_that_is_gone_has_no_findings(name: str) -> None:
    (found,) = bash_warnings(f"echo {{{{ {name} }}}}")

    assert found.hint is not None
    assert list(bash_warnings(check_bash_command(found.hint))) == []


@settings(deadline=None)
@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20))
@example("'; echo broken '")
@example('"$(echo broken)" `echo broken` \\\\')
def test_bash_takes_an_escaped_parameter_as_text(value: str) -> None:
    command = AIRFLOW.from_string(f"printf %s '{{{{ params.x {ESCAPED} }}}}'").render(
        params={"x": value}
    )

    done = subprocess.run(["bash", "-c", command], capture_output=True, check=True)
    assert done.stdout.decode() == value
