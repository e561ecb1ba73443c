"""DAG23x and DAG24x: values that YAML has no word for, arguments of tasks, and operators."""

from dagctl.explanations.explanation import Explanation
from dagctl.findings.codes import Code
from dagctl.spec.fields.markers import MARKERS


def _task(*lines: str) -> str:
    return "tasks:\n  - task_id: a\n" + "\n".join(f"    {line}" for line in lines)


_BASH = "bash_command: echo a"
_PUBLISH = "operator: BashOperator"


TASKS = {
    Code.BAD_IMPORT_PATH: Explanation(
        "Not an import path",
        "A function or a class of Python is named by its package, its module and its name, joined "
        "by dots. Brackets, arguments and names that begin with two underscores are not taken.",
        _task("python_callable: jobs.load()"),
        _task("python_callable: jobs.load"),
        "Write `package.module.name`.",
    ),
    Code.UNKNOWN_MARKER: Explanation(
        "An unknown marker",
        "A mapping with a key that begins with `$` stands for something that YAML has no word for. "
        f"The markers are {', '.join(f'`{name}`' for name in MARKERS)}.",
        _task("operator: TriggerDagRunOperator", "with: {trigger_dag_id: b, conf: {$reff: x.y}}"),
        _task("operator: TriggerDagRunOperator", "with: {trigger_dag_id: b, conf: {$ref: x.y}}"),
        "Correct the name, or write `{$const: ...}` around what is data.",
    ),
    Code.BAD_MARKER: Explanation(
        "A marker with a wrong value",
        "Each marker takes one kind of value, and only `$xcom` (`key`) and `$new` (`with`, `args`) "
        "take another key. Airflow puts the output of a task only into parameters that it "
        "renders.",
        _task("operator: TriggerDagRunOperator", "with: {trigger_dag_id: {$ref: a.b, key: c}}"),
        _task("operator: TriggerDagRunOperator", "with: {trigger_dag_id: {$ref: a.b}}"),
        "Correct the value that the message names.",
    ),
    Code.UNKNOWN_WORD: Explanation(
        "A word that Airflow does not know",
        "`trigger_rule` and `weight_rule` take one of a few words.",
        _task(_BASH, "trigger_rule: all_sucess"),
        _task(_BASH, "trigger_rule: all_success"),
        "Write one of the words that the message names.",
    ),
    Code.BAD_ARGUMENT: Explanation(
        "An argument that cannot be given",
        "The keys of `with` are names of Python, and a function takes only arguments that it "
        "names, at most 1,000. The keys of `env` are names of variables.",
        _task("python_code: return 1", "with: {day: today}"),
        _task("python_code: |", "  def run(day):", "      return day", "with: {day: today}"),
        "Correct the name, or add the parameter to the function.",
    ),
    Code.GIVEN_TWICE: Explanation(
        "An argument that is given twice",
        "Two keys say the same thing, and it is not clear which of them counts.",
        _task(_BASH, "retry_delay: 5m", "retry_delay_minutes: 5"),
        _task(_BASH, "retry_delay: 5m"),
        "Keep one of them.",
    ),
    Code.NOT_IN_TARGET: Explanation(
        "An argument that the target does not have",
        "The Airflow that the file is for lacks it, or only some of its versions have it.",
        _task(_BASH, "trigger_rule: all_done_min_one_success"),
        _task(_BASH, "trigger_rule: all_done"),
        "Leave it out, or name the version of Airflow in dagctl.toml.",
    ),
    Code.UNKNOWN_OPERATOR: Explanation(
        "An unknown operator",
        "Neither Airflow nor an official provider has an operator of this name, or several "
        "providers have it. A class of your own is named by its import path.",
        _task("operator: BashOperater", "with: {bash_command: x}"),
        _task(_PUBLISH, "with: {bash_command: x}"),
        "Correct the name; write `provider.Class` where several have it.",
    ),
    Code.OPERATOR_NOT_HERE: Explanation(
        "An operator that the target does not have",
        "Other versions of Airflow, or of the provider, have it.",
        _task("operator: airflow.operators.subdag.SubDagOperator"),
        _task(_PUBLISH, "with: {bash_command: x}"),
        "Use an operator that the target has, or name another version in dagctl.toml.",
    ),
    Code.FOREIGN_OPERATOR: Explanation(
        "An operator that dagctl does not know",
        "It is not of Airflow or of an official provider, so dagctl cannot check its parameters.",
        _task("operator: jobs.operators.Publish"),
        _task(_PUBLISH, "with: {bash_command: x}"),
        "Nothing, if the path is right: it is no warning. With --strict it is an error; silence it "
        "with `# dagctl: ignore DAG242`.",
    ),
    Code.UNKNOWN_PARAMETER: Explanation(
        "A parameter that the operator does not have",
        "Airflow refuses a DAG file with such an argument.",
        _task(_PUBLISH, "with: {bash_comand: x, bash_command: x}"),
        _task(_PUBLISH, "with: {bash_command: x}"),
        "Correct the name, or remove it.",
    ),
    Code.MISSING_PARAMETER: Explanation(
        "A parameter that the operator needs",
        "The class cannot be made without it. `default_args` of the DAG count too.",
        _task(_PUBLISH),
        _task(_PUBLISH, "with: {bash_command: x}"),
        "Add it under `with`.",
    ),
    Code.MISPLACED_PARAMETER: Explanation(
        "A parameter in the wrong place",
        "Arguments that every task has stand beside `with`, an operator's own under it. Some are "
        "set by the operator or by dagctl.",
        _task(_PUBLISH, "with: {bash_command: x, retries: 2}"),
        _task(_PUBLISH, "with: {bash_command: x}", "retries: 2"),
        "Move it, or remove it.",
    ),
    Code.WRONG_KIND: Explanation(
        "A value that the parameter does not take",
        "The operator's source says which values it takes. Only what is certain is refused.",
        _task(_PUBLISH, "with: {bash_command: x, append_env: [1]}"),
        _task(_PUBLISH, "with: {bash_command: x, append_env: true}"),
        "Write a value of the kind that the message names.",
    ),
    Code.NOT_RENDERED: Explanation(
        "Jinja where Airflow does not render it",
        "Only some parameters of an operator are rendered. In others, and in Python code, "
        "`{{ ds }}` stays as it is.",
        _task(_PUBLISH, "with: {bash_command: x, output_encoding: '{{ ds }}'}"),
        _task(_PUBLISH, "with: {bash_command: x, output_encoding: utf-8}"),
        "Write the value itself, or use a parameter that is rendered.",
    ),
    Code.DEPRECATED: Explanation(
        "Something deprecated",
        "Airflow or the provider will remove it, and warns of it until then.",
        fix="Use what the message names instead.",
    ),
    Code.OTHER_VERSION: Explanation(
        "A parameter that other versions have",
        "The version of Airflow or of the provider that the file is for does not have it, or it is "
        "not certain that it has.",
        fix="Leave it out, or name the version in dagctl.toml.",
    ),
    Code.BAD_PARAM: Explanation(
        "A param that breaks its own rules",
        "The rules of a param are JSON Schema, as Airflow's `Param` takes them. Airflow loads no "
        "scheduled DAG whose default breaks them, and starts no other one.",
        "params: {days: {type: integer, minimum: 1, default: 0}}",
        "params: {days: {type: integer, minimum: 1, default: 7}}",
        "Correct the rule, or the default.",
    ),
    Code.NO_DEFAULT: Explanation(
        "A param without a default in a DAG with a schedule",
        "Airflow asks the person who starts a run for it. A run that the schedule starts has no "
        "such person, so Airflow does not load the DAG.",
        'schedule: "@daily"\nparams: {day: {type: string}}',
        'schedule: "@daily"\nparams: {day: {type: string, default: "2024-01-01"}}',
        "Give a default, or set the schedule to null.",
    ),
    Code.BAD_ASSET: Explanation(
        "Not an asset",
        "An asset, which Airflow 2 calls a dataset, has a name or a URI of ASCII characters. The "
        "scheme `airflow` is Airflow's own, and a user or a password in it would be dropped. "
        "Providers ask for a form of the URIs of their schemes: Airflow 3 loads no other, and "
        "Airflow 2 warns. In `inlets` and `outlets` it is a marker.",
        _task(_BASH, "outlets: [warehouse://orders]"),
        _task(_BASH, "outlets: [{$asset: warehouse://orders}]"),
        "Write `{$asset: name}`; `$new` and `$ref` make an asset with more than a name.",
    ),
    Code.BAD_FILE: Explanation(
        "A file that cannot be read",
        "`$file` names a file by its path from the folder with `dagctl.toml`. It has UTF-8 text of "
        "at most 400,000 bytes. Links are not followed, and hidden files are not read: nothing "
        "outside of the workspace, and no settings, get into a DAG.",
        _task("bash_command: {$file: ../load.sh}"),
        _task(_BASH),
        "Correct the path, or write the text itself.",
    ),
    Code.UNTYPED_LENGTH: Explanation(
        "A length of time where no type is known",
        "Text such as `5m` becomes a length of time where the type of the parameter says so. Of a "
        "class of your own no types are known, so the class gets the text.",
        _task(
            "operator: TriggerDagRunOperator",
            "with: {trigger_dag_id: b, conf: {$new: jobs.Max, with: {timeout: 5m}}}",
        ),
        _task(
            "operator: TriggerDagRunOperator",
            "with: {trigger_dag_id: b, conf: {$new: jobs.Max, with: {timeout: {$duration: 5m}}}}",
        ),
        "Write `{$duration: 5m}`; if the class reads the text itself, ignore the warning.",
    ),
}
