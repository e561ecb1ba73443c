"""DAG3xx: how the tasks depend on one another."""

from dagctl.catalogue.entry import Entry
from dagctl.spec.codes import Code

_A = "tasks:\n  - {task_id: a, task_type: bash, bash_command: echo a}\n"
_B = "  - {task_id: b, task_type: bash, bash_command: echo b, dependencies: "

GRAPH = {
    Code.UNKNOWN_DEPENDENCY: Entry(
        "A dependency that does not exist",
        "`dependencies` names a task that is not in the list. Ids are compared to the letter.",
        f"{_A}{_B}[c]}}",
        f"{_A}{_B}[a]}}",
        "Correct the name, or add the task.",
    ),
    Code.CYCLE: Entry(
        "A dependency cycle",
        "Tasks wait for one another in a circle, so none of them could ever start. In the message "
        "each task waits for the one behind the arrow.",
        "tasks:\n  - {task_id: a, task_type: bash, bash_command: echo a, dependencies: [b]}\n"
        "  - {task_id: b, task_type: bash, bash_command: echo b, dependencies: [a]}",
        f"{_A}{_B}[a]}}",
        "Remove one of the dependencies of the circle.",
    ),
    Code.DUPLICATE_TASK_ID: Entry(
        "A task id stands twice",
        "Every task of a DAG has its own id; Airflow refuses the file otherwise.",
        f"{_A}  - {{task_id: a, task_type: bash, bash_command: echo b}}",
        f"{_A}  - {{task_id: b, task_type: bash, bash_command: echo b}}",
        "Give one of them another id.",
    ),
    Code.SELF_DEPENDENCY: Entry(
        "A task that depends on itself",
        "It would wait for its own end.",
        f"{_A}{_B}[b]}}",
        f"{_A}{_B}[a]}}",
        "Remove the name from its `dependencies`.",
    ),
    Code.DUPLICATE_DEPENDENCY: Entry(
        "A dependency stands twice",
        "The list names one task two times; perhaps another was meant.",
        f"{_A}{_B}[a, a]}}",
        f"{_A}{_B}[a]}}",
        "Remove one of them.",
    ),
}
