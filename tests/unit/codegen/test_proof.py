"""The proof lets nothing pass that the spec does not say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dagctl import DagSpec, render
from dagctl.codegen.module import Sections, module_of
from dagctl.codegen.proof import prove
from dagctl.errors import GeneratedCodeError
from dagctl.target import target_of

SPEC = DagSpec.model_validate(
    {
        "dag_name": "n",
        "description": "0.0",
        "start_date": "2024-01-01T06:00:00-03:30",
        "tags": ["a"],
        "tasks": [
            {"task_id": "p", "task_type": "python", "python_code": "x = 1\nreturn {'a': -0.0}"},
            {"task_id": "b", "task_type": "bash", "bash_command": "true", "dependencies": ["p"]},
        ],
    }
)


@pytest.fixture
def module() -> Sections:
    return module_of(SPEC, target_of("3"), SPEC.dag_id)


def test_the_rendered_file_passes(module: Sections) -> None:
    prove(render(SPEC), module.pieces(), SPEC.dag_id)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x = 1", "x = True"),
        ("x = 1", "x = 1.0"),
        ("-0.0}", "0.0}"),
        ("def p_function()", "def p_function(x=1)"),
        ('"0.0"', "0.0"),
        ('tags=["a"]', 'tags=["a", "b"]'),
        ('tags=["a"]', "tags=[print()]"),
        ("retries", "retry"),
        ("-timedelta(hours=3", "timedelta(hours=3"),
        ("catchup=False,", "catchup=False, max_active_runs=2,"),
        ("p_task >> b_task", "b_task >> p_task"),
        ("p_task >> b_task", "p_task >> b_task\nprint()"),
        ("\np_task >> b_task", ""),
        ("from airflow.sdk import DAG", "import os\nfrom airflow.sdk import DAG"),
        ("from airflow.sdk import DAG", "from airflow.sdk import DAG as DAG2"),
        ("python_callable=p_function", "python_callable=print"),
        ("dag = DAG(", "dag = DAG(("),
        ("# DAG definition", "# DAG definition\rprint()"),
        ("# DAG definition", "# DAG definition\x0c\nprint()"),
        ("# DAG definition\n", "if True:\n    pass\n"),
        ("dag = DAG(", "  dag = DAG("),
        ("default_args = {", "@print\ndefault_args = {"),
    ],
)
def test_a_file_that_says_anything_else_is_stopped(module: Sections, old: str, new: str) -> None:
    changed = render(SPEC).replace(old, new)
    assert changed != render(SPEC)
    with pytest.raises(GeneratedCodeError, match="of n "):
        prove(changed, module.pieces(), SPEC.dag_id)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x = 1", "x = 2"),
        ("    x = 1", "    x = 1\n    x = 2"),
        ("\n    x = 1", ""),
        ("    x = 1", "  x = 1"),
        ("def p_function()", "def p_function(x=1)"),
        ("def p_function()", "async def p_function()"),
    ],
)
def test_a_function_that_is_not_the_code_of_the_spec_is_stopped(
    module: Sections, old: str, new: str
) -> None:
    [function] = module.functions
    wrong = replace(function, text=function.text.replace(old, new))
    pieces = [wrong if piece is function else piece for piece in module.pieces()]
    with pytest.raises(GeneratedCodeError, match="of n "):
        prove(render(SPEC).replace(function.text, wrong.text), pieces, SPEC.dag_id)


@pytest.mark.parametrize(
    ("code", "is_plain"),
    [
        ("x = 1\n\nif x:\n    return x\n", True),
        ("# why\r\nreturn (\n1)", True),
        ("if True:\n\treturn 1", False),
        ("x = 1 + \\\n2\nreturn x", False),
        ("return '''\na\n'''", False),
        ("    return 1", False),
        ("x = 1\n\x0cy = 2\nreturn x", False),
        ("if True:\n" + " " * 90 + "return 1", False),
        ("def f():\n    return 1", False),
    ],
)
def test_only_lines_that_mean_the_same_further_in_are_compared_as_text(
    code: str, *, is_plain: bool
) -> None:
    task = {"task_id": "p", "task_type": "python", "python_code": code}
    spec = DagSpec.model_validate({"dag_name": "n", "tasks": [task]})
    [function] = module_of(spec, target_of("3"), spec.dag_id).functions
    assert bool(function.head) is is_plain
    render(spec)


def test_a_comment_may_stand_between_the_statements(module: Sections) -> None:
    changed = render(SPEC).replace("# DAG definition", "# é: any comment, as a template has it")
    prove(f"{changed}\n# The end.\n", module.pieces(), SPEC.dag_id)


def test_the_comments_of_a_function_belong_to_it() -> None:
    code = "# why\n\ndef f():\n    return 1\n# Generated DAG: n"
    task = {"task_id": "p", "task_type": "python", "python_code": code}
    spec = DagSpec.model_validate({"dag_name": "n", "tasks": [task]})
    assert "# why\n\ndef p_function():\n    return 1\n# Generated DAG: n\n" in render(spec)
