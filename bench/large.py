"""One large DAG: 10,000 tasks in 1,000 groups, checked and rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.clock import cost
from bench.place import DAGCTL, SCRATCH, environment
from bench.table import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

GROUPS, TASKS = 1_000, 10
MOST_SECONDS, MOST_MEGABYTES = 10, 500
KINDS = {
    "shell": "bash_command: echo {{{{ ds }}}} {number}",
    "Python": "python_code: return {number}",
    "operator": "operator: SQLExecuteQueryOperator\n"
    "        with: {{conn_id: warehouse, sql: 'select {number}'}}",
}
"""The lines that make a task, by what it is."""


def measure() -> Iterator[Row]:
    """Yield `dagctl render`, which checks first, of a large DAG of each kind of task."""
    for kind, lines in KINDS.items():
        (SCRATCH / "large.yaml").write_text(spec(lines), "utf-8")
        taken = cost([DAGCTL, "render", "large.yaml"], cwd=SCRATCH, env=environment())
        yield Row(
            f"check and render {GROUPS * TASKS:,} {kind} tasks in {GROUPS:,} groups",
            f"{taken.processor:.1f} s of processor time",
            target=f"<= {MOST_SECONDS} s",
            holds=taken.processor <= MOST_SECONDS,
        )
        yield Row(
            "  its peak of memory",
            f"{taken.megabytes:.0f} MB",
            target=f"<= {MOST_MEGABYTES} MB",
            holds=taken.megabytes <= MOST_MEGABYTES,
        )


def spec(lines: str) -> str:
    """Return a spec whose groups follow each other; in each there is a chain of tasks."""
    text = ["dag_name: Large", 'schedule: "@daily"', "tasks:"]
    for group in range(GROUPS):
        text.append(f"  - group_id: group_{group}")
        text.append(f"    dependencies: [group_{group - 1}]" if group else "")
        text.append("    tasks:")
        for task in range(TASKS):
            text.append(f"      - task_id: task_{task}")
            text.append(f"        {lines.format(number=group * TASKS + task)}")
            text.append(f"        dependencies: [task_{task - 1}]" if task else "")
    return "\n".join(line for line in text if line) + "\n"
