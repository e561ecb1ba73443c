"""Arguments of Airflow, and words of other tools, that a spec has elsewhere, or not at all."""

from __future__ import annotations

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import quoted

MEANS_FOR_EACH = ("foreach", "for-each", "forEach", "ForEach", "for", "for_all", "forall")
"""What people write for `for_each`."""
GONE = {
    "concurrency": "write `max_active_tasks`",
    "fail_stop": "write `fail_fast`: the file for Airflow 2 has `fail_stop`",
    "full_filepath": "remove it: Airflow knows the path of the file",
    "timetable": "write `schedule: {timetable: pkg.mod.Class, with: {...}}`",
    **dict.fromkeys(
        ("sla_minutes", "sla_seconds", "sla_hours"),
        "write `sla: 1h` at a task for Airflow 2; `execution_timeout` for all, or `deadline` (3.1)",
    ),
    "task_group": "write a group in `tasks`",
    "auto_register": "remove it: dagctl writes DAGs that are registered",
    "dag": "remove it: dagctl sets it",
    "parent_group": "write the group under `tasks` of the other one",
    "add_suffix_on_collision": "remove it: give each group an id of its own",
    **dict.fromkeys(("ui_color", "ui_fgcolor"), "remove it: the colours are Airflow's own"),
    "task_concurrency": "write `max_active_tis_per_dag`",
    "use_dill": "write `serializer: dill`",
    "downstream": "write `dependencies` in the tasks that come after it",
    "downstream_task_ids": "write `dependencies` in the tasks that come after it",
    "set_downstream": "write `dependencies` in the tasks that come after it",
    "op_args": "write `with: {name: value}`: arguments have names",
    "templates_dict": "write `with: {name: value}`: Airflow renders the values",
    "python_callable_name": "write `python_callable: package.module.function`",
    "python_callable_file": "write `python_callable: package.module.function`",
    "task_group_name": "write a group in `tasks`, with the task in it",
    **dict.fromkeys(
        ("task_groups", "groups"),
        "write each as an entry of `tasks`, with `group_id` and `tasks` of its own",
    ),
    "doc_md_file_path": "write `doc_md: {$file: docs/orders.md}`",
    "op_kwargs": "write `with: {name: value}` at a Python task; a command has `env`, and templates",
    **dict.fromkeys(
        ("skip_on_exit_code", "output_encoding", "output_processor"),
        "write `operator: BashOperator`, and this beside `bash_command` under `with`",
    ),
    "edges": "write `dependencies: [...]` in the tasks that wait",
    "external_dependencies": "write a task with `operator: ExternalTaskSensor`",
    **dict.fromkeys(
        ("if", "when", "condition"),
        "write a task before it with `task_type: short_circuit`, or `branch`",
    ),
    **dict.fromkeys(
        ("vars", "variables"),
        "write them under `[vars]` in dagctl.toml, and `${{ vars.NAME }}` in a text",
    ),
    "imports": "import it in `python_code`, or write `{$ref: package.module.NAME}` as a value",
    "dag_args": "remove this level: its keys belong at the top of the spec",
    "datasets": "write `schedule: {assets: [...]}`",
    **dict.fromkeys(MEANS_FOR_EACH, "did you mean `for_each`?"),
}
"""Words that a spec does not have, with what to write instead."""


def gone(key: str) -> Problem | None:
    """Return the problem of an argument that a spec has under another name, or not at all."""
    if key not in GONE:
        return None
    return Problem(Code.UNKNOWN_KEY, f"a spec has no {quoted(key)}", GONE[key])


def under_a_task(key: str, *, is_shared: bool) -> Problem:
    """Return the problem of a task's key that stands in the DAG.

    Args:
        key: The key.
        is_shared: Whether `default_args` may have it for all tasks.
    """
    if is_shared:
        return Problem(
            Code.UNKNOWN_KEY,
            f"{quoted(key)} belongs under a task, or under `default_args` for all tasks",
            f"write `default_args: {{{key}: ...}}`",
            json_hint=f'write `"default_args": {{"{key}": ...}}`',
        )
    return Problem(
        Code.UNKNOWN_KEY,
        f"{quoted(key)} belongs under a task",
        "indent it, below the `- task_id: ...` of its task",
        json_hint="move it into the braces of its task",
    )
