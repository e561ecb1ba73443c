"""DAG27x: defaults, variables and loops."""

from dagctl.explanations.explanation import Explanation
from dagctl.findings.codes import Code

_ID = "tasks:\n  - task_id: copy_{}\n    for_each: {{table: {}}}\n    bash_command: echo hi"

RESOLUTION = {
    Code.NO_VARIABLE: Explanation(
        "A variable that has no value",
        "`${{ vars.NAME }}` stands for a variable of the workspace: of `[vars]` in `dagctl.toml`, "
        "of the environment that `--env` or `DAGCTL_ENV` chooses, or of `--var`. "
        "`${{ each.NAME }}` stands for a value of the `for_each` around it.",
        "description: Copies to ${{ vars.bucket }}",
        "description: Copies to $BUCKET",
        "Set it in `dagctl.toml`, choose an environment with `--env`, or correct the name.",
    ),
    Code.BAD_VARIABLE: Explanation(
        "Something else than a variable",
        "`${{` begins a variable of dagctl: `${{ vars.NAME }}` or `${{ each.NAME }}`, on one line, "
        "in a value. A list or a mapping can only be a whole value, not a part of a text. `$X`, "
        "`${X}` and Jinja are left alone.",
        "description: costs ${{ price }}",
        "description: costs $${{ price }}",
        "Write `$${{` for the text `${{`, or name a variable.",
    ),
    Code.BAD_LOOP: Explanation(
        "A for_each that makes no tasks",
        "`for_each` names one or more lists. The task or group is made once for each value, and "
        "once for each combination of several lists. Each copy needs an id of its own.",
        _ID.format("all", "[orders, users]"),
        _ID.format("${{ each.table }}", "[orders, users]"),
        "Give it lists with values, and put `${{ each.NAME }}` into the id.",
    ),
    Code.BAD_DEFAULTS: Explanation(
        "Defaults that cannot be used",
        "`defaults.yaml` is a mapping with fields of a DAG and with `task_defaults`: for `all` "
        "tasks, for those of a type, for those of an operator. It is a regular file, never a link. "
        "A spec may have `task_defaults` too; what selects none of its tasks is a warning. So is a "
        "parameter under `with` of `default_args` that no operator of the tasks has.",
        fix="Correct the file; `dagctl validate defaults.yaml` checks it alone.",
    ),
}
