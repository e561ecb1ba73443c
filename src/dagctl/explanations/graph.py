"""DAG3xx: how the tasks depend on one another."""

from dagctl.explanations.explanation import Explanation
from dagctl.findings.codes import Code

_A = "tasks:\n  - {task_id: a, task_type: bash, bash_command: echo a}\n"
_B = "  - {task_id: b, task_type: bash, bash_command: echo b, dependencies: "

GRAPH = {
    Code.UNKNOWN_DEPENDENCY: Explanation(
        "A dependency that does not exist",
        "`dependencies` names a task that is not in the list. Ids must match exactly.",
        f"{_A}{_B}[c]}}",
        f"{_A}{_B}[a]}}",
        "Correct the name, or add the task.",
    ),
    Code.CYCLE: Explanation(
        "A dependency cycle",
        "Tasks wait for one another in a cycle, so none of them could ever start. In the "
        "message, each task waits for the one after the arrow.",
        "tasks:\n  - {task_id: a, task_type: bash, bash_command: echo a, dependencies: [b]}\n"
        "  - {task_id: b, task_type: bash, bash_command: echo b, dependencies: [a]}",
        f"{_A}{_B}[a]}}",
        "Remove one of the dependencies in the cycle.",
    ),
    Code.DUPLICATE_TASK_ID: Explanation(
        "A duplicate task id",
        "Every task in a DAG needs its own id; otherwise Airflow rejects the file.",
        f"{_A}  - {{task_id: a, task_type: bash, bash_command: echo b}}",
        f"{_A}  - {{task_id: b, task_type: bash, bash_command: echo b}}",
        "Give one of them a different id.",
    ),
    Code.SELF_DEPENDENCY: Explanation(
        "A task that depends on itself",
        "It would wait for itself forever.",
        f"{_A}{_B}[b]}}",
        f"{_A}{_B}[a]}}",
        "Remove the name from its `dependencies`.",
    ),
    Code.DUPLICATE_DEPENDENCY: Explanation(
        "A duplicate dependency",
        "The list names the same task twice; perhaps another was meant.",
        f"{_A}{_B}[a, a]}}",
        f"{_A}{_B}[a]}}",
        "Remove one of them.",
    ),
    Code.BAD_MAPPING: Explanation(
        "What Airflow does not map",
        "A task or a group is mapped over lists and over what tasks return. What stands in a "
        "mapped group is not mapped again, and `$arg` names an argument of that group. A list "
        "without values is a warning: Airflow skips the task, and what waits for it.",
        "tasks:\n  - {task_id: a, bash_command: echo a, expand: {env: text}}",
        "tasks:\n  - {task_id: a, bash_command: echo a, expand: {env: [{X: a}, {X: b}]}}",
        "Write a list, or `{$xcom: ...}`; correct the name that the message shows.",
    ),
    Code.BAD_TEARDOWN: Explanation(
        "A setup or teardown that does not fit",
        "A task is a setup or a teardown. Airflow gives each teardown its own trigger rule, "
        "`all_done_setup_success`, in place of any other.",
        "tasks:\n  - {task_id: a, bash_command: echo a, setup: true, teardown: true}",
        "tasks:\n  - {task_id: a, bash_command: echo a, setup: true}",
        "Keep one of them, or remove the trigger rule.",
    ),
    Code.BAD_BRANCH: Explanation(
        "A branch to what does not follow it",
        "A branch returns the ids of the tasks to go on with. Airflow skips every task right "
        "behind it that it does not name, and fails the branch if the DAG has no task of that id. "
        "The whole id counts: `group.task` in a group. An id that only other tasks lead to is a "
        "warning: these are skipped.",
        "tasks:\n  - {task_id: a, task_type: branch, python_code: return 'c'}\n"
        "  - {task_id: b, bash_command: echo b, dependencies: [a]}",
        "tasks:\n  - {task_id: a, task_type: branch, python_code: return 'b'}\n"
        "  - {task_id: b, bash_command: echo b, dependencies: [a]}",
        "Name a task that waits for the branch, or let that one wait for it.",
    ),
    Code.BAD_LABEL: Explanation(
        "A label of an edge that is not there",
        "`edge_labels` gives a text to an arrow of Airflow's graph, so its keys are what this task "
        "or group waits for.",
        f"{_A}{_B}[a], edge_labels: {{c: done}}}}",
        f"{_A}{_B}[a], edge_labels: {{a: done}}}}",
        "Correct the id, or add it to `dependencies`.",
    ),
}
