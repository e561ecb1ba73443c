"""Promise 8: it reads like a person wrote it; ruff finds nothing to change in a generated file."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

import pytest

from dagctl import DagSpec, Provenance, render
from dagctl.errors import Severity
from dagctl.user_code.bash.bash_command import syntax_problems

FILES = 300
SCRAPS = [
    "'",
    '"',
    '"""',
    "'''",
    "\\",
    "\n",
    "\r\n",
    "\t",
    " ",
    "  \n",
    "{{ ds }}",
    "%s",
    "#",
    "é",
    "日本",
    "\u202b",
    "\u200b",
    "\u2028",
    "❤️",
    "\ue000",
    "a",
    "bash -c",
    "x" * 30,
    "x" * 85,
    "\U0001f600",
    "नि",
]
CLEAN_CODE = [
    "return 1",
    'if True:\n    print("x")\nreturn """a\n  b\n"""',
    "def f():\n    return 1",
    "def f(**context):\n    return context",
    "def f(ds=None, *, ti=None, **context):\n    return ds",
    "def fact(n=3):\n    return 1 if n < 2 else n * fact(n - 1)",
    'def f(ti: "str" = None, run_id: str = "") -> dict[str, int] | None:\n    return {}',
    '# why\ndef f(a=(1, 2), b=[], c={"k": ","}):\n    return a',
]


def text(rng: random.Random, scraps: list[str], longest: int) -> str:
    return "".join(rng.choice(scraps) for _ in range(rng.randint(1, longest)))


def line(rng: random.Random, limit: int) -> str:
    scraps = [scrap for scrap in SCRAPS if scrap.isprintable()]
    return f"x{text(rng, scraps, 12)}"[: rng.randint(1, limit)]


def an_id(rng: random.Random, number: int) -> str:
    """Return an id that is long, a keyword, no identifier, or the twin of another one."""
    start = rng.choice(["t", "a-b", "a_b", "a.b", "class", "1st", "dag", "x" * rng.randint(1, 99)])
    return f"{start}{rng.choice('-_.')}{number}"


def shell_command(rng: random.Random) -> str:
    """Return a command that bash can read; what stands behind `exit` is not judged as code."""
    while True:
        command = "exit ; " + text(rng, SCRAPS, 15).replace("\u202b", "") + " ;"
        if not any(problem.severity is Severity.ERROR for problem in syntax_problems(command)):
            return command


def task(rng: random.Random, task_id: str, others: list[str]) -> dict[str, Any]:
    upstream = rng.sample(others, min(len(others), rng.choice([0, 1, 1, 1, 2, 5])))
    if rng.random() < 0.5:
        return {
            "task_id": task_id,
            "task_type": "bash",
            "bash_command": shell_command(rng),
            "dependencies": upstream,
        }
    return {
        "task_id": task_id,
        "task_type": "python",
        "python_code": rng.choice(CLEAN_CODE),
        "provide_context": rng.random() < 0.3,
        "dependencies": upstream,
    }


def a_spec(seed: int) -> DagSpec:
    rng = random.Random(seed)
    ids: list[str] = []
    tasks = []
    for number in range(rng.randint(1, 12)):
        task_id = an_id(rng, number)
        tasks.append(task(rng, task_id, ids))
        ids.append(task_id)
    data = {
        "dag_name": f"n{seed}",
        "dag_id": f"n{seed}-" + "y" * rng.randint(0, 100),
        "description": text(rng, SCRAPS, 20),
        "owner": line(rng, 200),
        "tags": [f"{number}{line(rng, 90)}" for number in range(rng.randint(0, 6))],
        "schedule_interval": rng.choice([None, "@daily", "0 6 * * 1-5"]),
        "start_date": rng.choice(
            ["2024-01-01", "2024-02-29T06:30:00+05:30", "2024-01-01T00:00:01.5Z"]
        ),
        "retry_delay_minutes": rng.choice([0, 5, 0.1, 1e-7]),
        "tasks": tasks,
    }
    return DagSpec.model_validate(data)


def ruff(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("ruff")
    return subprocess.run(
        [program, *arguments, "--isolated", "--no-cache"],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("airflow", ["2", "3"])
def test_it_reads_like_a_person_wrote_it_with_any_lengths_quotes_and_ids(
    airflow: Literal["2", "3"], tmp_path: Path
) -> None:
    for seed in range(FILES):
        source = render(a_spec(seed), airflow=airflow, provenance=Provenance("é\n# fmt: off "))
        (tmp_path / f"n{seed}.py").write_text(source)
    formatted = ruff("format", "--diff", str(tmp_path))
    assert formatted.returncode == 0, formatted.stdout
    checked = ruff("check", "--select", "E,F,W,I,AIR", "--ignore", "E501", str(tmp_path))
    assert checked.returncode == 0, checked.stdout
