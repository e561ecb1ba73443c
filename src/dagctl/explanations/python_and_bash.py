"""DAG4xx: Python code and shell commands."""

from dagctl.explanations.explanation import Explanation
from dagctl.findings.codes import Code


def _python(*lines: str) -> str:
    head = "tasks:\n  - task_id: a\n    task_type: python\n    python_code: |\n"
    return head + "\n".join(f"      {line}".rstrip() for line in lines)


def _bash(command: str) -> str:
    return f"tasks:\n  - task_id: a\n    task_type: bash\n    bash_command: {command}"


CODE = {
    Code.PYTHON_SYNTAX: Explanation(
        "Python code that is not valid",
        "Python cannot parse the code; the finding points to where Python gave up, often just "
        "after the mistake.",
        _python("retrun 1"),
        _python("return 1"),
        "Correct the code.",
    ),
    Code.PYTHON_BLANK: Explanation(
        "No Python code",
        "The code is empty, or contains only comments.",
        _python("# to do"),
        _python("return 1"),
        "Write at least one statement.",
    ),
    Code.PYTHON_TOO_DEEP: Explanation(
        "Python code that is nested too deeply, or too complex",
        "Python's parser gives up at a depth that depends on its version, so the worker might "
        "reject the file. For many functions in one code, or many format expressions on one line, "
        "it takes the square of their number: a code has at most 1,000 functions, lambdas, classes "
        "and comprehensions, 1,000 keyword arguments in a call, 5,000 opening braces in a line.",
        fix="Split the expression into several statements, or the code into several tasks.",
    ),
    Code.PYTHON_CHARACTER: Explanation(
        "An invisible character in Python code",
        "Marks that reverse the direction of text, and zero-width characters, make code look "
        "different from what it does.",
        "tasks:\n  - task_id: a\n    task_type: python\n    python_code: \"return '\\u202e'\"",
        "tasks:\n  - task_id: a\n    task_type: python\n    python_code: \"return '\\\\u202e'\"",
        "Remove it, or write it as an escape in a string.",
    ),
    Code.PYTHON_YIELD: Explanation(
        "A task that is a generator",
        "Airflow takes what a task says of its assets from a generator: `yield Metadata(...)`. It "
        "does so from Airflow 2.10 on, in Python tasks that are no sensor and run in no other "
        "environment. What else a task yields is lost.",
        _python("yield 1"),
        _python("return [1]"),
        "Return a list instead.",
    ),
    Code.PYTHON_ASYNC: Explanation(
        "Asynchronous code in a task",
        "From Airflow 3.2 on, a Python task may be one `async def`, unless it is a sensor or runs "
        "in another environment. Elsewhere Airflow calls the function but never awaits it.",
        _python("await fetch()"),
        _python(
            "import asyncio", "async def fetch():", "    return 1", "return asyncio.run(fetch())"
        ),
        "Put it in an `async def` and call `asyncio.run(...)`.",
    ),
    Code.PYTHON_NOTHING_CALLED: Explanation(
        "Python code that does nothing",
        "Several functions are defined and none is called, so dagctl cannot know which is the"
        " task.",
        _python("def one():", "    return 1", "def two():", "    return one()"),
        _python("def one():", "    return 1", "return one()"),
        "Call one at the end, or give exactly one `def`.",
    ),
    Code.PYTHON_DECORATOR: Explanation(
        "A decorator on the task's function",
        "A decorator would run whenever Airflow reads the file, not inside the task.",
        _python("@retry", "def load():", "    return 1"),
        _python("def load():", "    return 1"),
        "Remove it: the task is made from the plain function.",
    ),
    Code.PYTHON_DEFAULT: Explanation(
        "A default that is computed",
        "A default that is not a literal would be computed whenever Airflow reads the file, not "
        "inside the task.",
        _python("def load(now=time.time()):", "    return now"),
        _python("def load(now=None):", "    import time", "    return now or time.time()"),
        "Use `None` as the default and compute the value in the body.",
    ),
    Code.PYTHON_NOT_IN_FUNCTION: Explanation(
        "Python code that is not valid in a function",
        "The code becomes the body of a function, where some statements are not allowed.",
        _python("from math import *", "return pi"),
        _python("from math import pi", "return pi"),
        "Remove what is not allowed in a function.",
    ),
    Code.PYTHON_PLACEMENT: Explanation(
        "Python code that cannot be placed",
        "The code would mean something different in the generated file than it does on its own.",
        fix="Follow the hint of the finding.",
    ),
    Code.PYTHON_PARAMETER: Explanation(
        "A parameter that Airflow does not fill",
        "Airflow passes the context to parameters by name. It has nothing of this name, so the "
        "task would fail. A callback is called with the context as its one argument.",
        _python("def load(customer):", "    return customer"),
        _python("def load(customer=None):", "    return customer"),
        "Give the parameter a default, or read what you need from `**context`.",
    ),
    Code.PYTHON_LINT: Explanation(
        "Python warns about the code",
        "The code runs today, but a later Python may reject it.",
        _python("return 1 is 1"),
        _python("return 1 == 1"),
        "Change what the warning points to.",
    ),
    Code.PYTHON_ANNOTATION: Explanation(
        "An annotation that needs an import",
        "Python evaluates the annotations of a function when it is defined, before anything in "
        "its body is imported.",
        fix="Quote the annotation, or remove it.",
    ),
    Code.PYTHON_CONTEXT: Explanation(
        "Python code that reads the context without asking for it",
        "A body gets Airflow's context as `context` only with `provide_context: true`.",
        _python('return context["ds"]'),
        _python('return context["ds"]') + "\n    provide_context: true",
        "Set `provide_context: true`.",
    ),
    Code.PYTHON_UNDEFINED: Explanation(
        "A name that the code does not have",
        "Nothing in the code gives the name a value: no import, no assignment, no parameter. "
        "pyflakes is what judges it. What the DAG file itself imports is no part of the code.",
        _python('return pd.read_csv("orders.csv").shape'),
        _python("import pandas as pd", "", 'return pd.read_csv("orders.csv").shape'),
        "Import it in the code, or give it a value. The context is there with "
        "`provide_context: true`.",
    ),
    Code.PYTHON_IMPORT: Explanation(
        "An import that the target does not have",
        "The module, or the name in it, is of another Airflow, so the import fails when the task "
        "runs. Imports that are tried (`try`, `if`) are not looked at.",
        _python("from airflow.utils.dates import days_ago", "", "return str(days_ago(1))"),
        _python("import pendulum", "", 'return str(pendulum.today("UTC").subtract(days=1))'),
        "Import what the hint says.",
    ),
    Code.BAD_TEMPLATE: Explanation(
        "A text that Airflow cannot render",
        "Airflow renders every command, and many parameters of operators, with Jinja before they "
        "are used. Invalid Jinja fails when the task runs, even if it was meant for the shell, "
        "like `${#array[@]}` or docker's `{{.Names}}`.",
        _bash('"echo {{ ds"'),
        _bash('"echo {{ ds }}"'),
        "Correct the template, or put what is meant for the shell between {% raw %} and "
        "{% endraw %}.",
    ),
    Code.TEMPLATE_FILE: Explanation(
        "A command that Airflow treats as a template file",
        "If a command ends in .sh or .bash, Airflow looks for a template file of that name, and "
        "the task fails when it runs.",
        _bash("./load.sh"),
        _bash('"./load.sh "'),
        "Add a space at the end of the command.",
    ),
    Code.GONE_VARIABLE: Explanation(
        "A variable that Airflow 3 no longer has",
        "Airflow 3 loads the file, but the task fails when it runs. In place of the previous run,"
        " the hint names the last run that succeeded.",
        _bash('"echo {{ execution_date }}"'),
        _bash('"echo {{ logical_date }}"'),
        "Write what the hint says.",
    ),
    Code.UNKNOWN_VARIABLE: Explanation(
        "A variable that Airflow does not have",
        "Airflow's templates are strict: an unknown variable fails the task instead of giving "
        "empty text. So does an unknown key of the context in Python code, a macro or an attribute"
        " that is not there, and `var.NAME` in place of `var.value.NAME`.",
        _bash('"echo {{ data_intervall_start }}"'),
        _bash('"echo {{ data_interval_start }}"'),
        "Correct the name, or read the value from `params` or `var.value`.",
    ),
    Code.UNQUOTED_PARAMETER: Explanation(
        "A parameter of the run in a shell command",
        "Anyone who can start a run chooses `params` and `dag_run.conf`, and here they become "
        "shell code. Quotes alone do not help: a value that contains a quote ends them. The "
        "filter in the example escapes each single quote, so that bash reads any value as text; "
        "it works only inside single quotes. A number is safe as `{{ params.count | int }}`; a "
        "param with `type: integer`, `number` or `boolean`, or with an `enum` of plain words, is "
        "safe as it is.",
        _bash('"cat {{ dag_run.conf.path }}"'),
        _bash("|\n      cat '{{ dag_run.conf.path | replace(\"'\", \"'\\\\''\") }}'"),
        "Escape the quotes as in the example, or read the value in a python task.",
    ),
    Code.SWALLOWED: Explanation(
        "Text that Jinja takes for a comment",
        "Jinja drops all from `{#` to the next `#}`. `${#` is the length of a variable in a shell, "
        "and a later `#}` ends what Jinja reads as a comment, so that a part of the command is "
        "gone.",
        _bash("'n=${#files[@]}; tag=${name%#}; echo $n'"),
        _bash("'{% raw %}n=${#files[@]}; tag=${name%#}{% endraw %}; echo $n'"),
        "Put the shell's text between {% raw %} and {% endraw %}.",
    ),
    Code.UNKNOWN_PARAM: Explanation(
        "A parameter that the DAG does not have",
        "A scheduled run is given no `params`, so that only those with a default are there. The "
        "others fail the task.",
        _bash("'cat /in/{{ params.region | int }}'"),
        _bash("'cat /in/{{ params.region | default(1) | int }}'"),
        "Declare it with a default under `params`, or let the template do without it.",
    ),
    Code.XCOM_OF_NO_TASK: Explanation(
        "An XCom of a task that is not there",
        "`xcom_pull` returns None for an unknown task id; nothing fails where the mistake is.",
        "tasks:\n  - {task_id: fetch, python_code: return 1}\n  - task_id: report\n"
        "    bash_command: \"echo {{ ti.xcom_pull(task_ids='fetsh') }}\"",
        "tasks:\n  - {task_id: fetch, python_code: return 1}\n  - task_id: report\n"
        "    dependencies: [fetch]\n"
        "    bash_command: \"echo {{ ti.xcom_pull(task_ids='fetch') }}\"",
        "Correct the id.",
    ),
    Code.XCOM_WITHOUT_TASK: Explanation(
        "`xcom_pull` without a task",
        "Without `task_ids`, Airflow 3 reads the XCom of the task itself; Airflow 2 read those of "
        "all tasks.",
        _bash("\"echo {{ ti.xcom_pull(key='rows') }}\""),
        "tasks:\n  - {task_id: fetch, python_code: return 1}\n  - task_id: report\n"
        "    dependencies: [fetch]\n"
        "    bash_command: \"echo {{ ti.xcom_pull(task_ids='fetch', key='rows') }}\"",
        "Name the task that has pushed it.",
    ),
    Code.XCOM_NOT_THERE: Explanation(
        "An XCom that is not there",
        "A task gets what another one has returned only if it waits for it. `xcom_pull` of a task "
        "that runs later gets None, and that of one beside it gets None or not, as it happens. "
        "What asks for other runs (`run_id`, `include_prior_dates`) is not looked at. A task with "
        "`do_xcom_push: false` keeps nothing of what it returns, and an EmptyOperator or a "
        "function without a `return` has nothing to keep. Airflow fails such a task if another "
        "one is mapped over its output.",
        "tasks:\n  - {task_id: fetch, python_code: return 1}\n  - task_id: report\n"
        "    bash_command: \"echo {{ ti.xcom_pull(task_ids='fetch') }}\"",
        "tasks:\n  - {task_id: fetch, python_code: return 1}\n  - task_id: report\n"
        "    dependencies: [fetch]\n"
        "    bash_command: \"echo {{ ti.xcom_pull(task_ids='fetch') }}\"",
        "Add the task to `dependencies`; or write `{$xcom: fetch}`, which adds it by itself. "
        "Write `do_xcom_push: true` where the output is not kept.",
    ),
    Code.SHELL_GOES_ON: Explanation(
        "A command that goes on after a failure",
        "Bash runs line after line, also after one that failed; the task succeeds if the last "
        "line does. This is advice, no warning; with --strict it is an error.",
        _bash("|\n      cp /in/a.csv /out/\n      echo published"),
        _bash("|\n      set -e\n      cp /in/a.csv /out/\n      echo published"),
        "Begin the command with `set -e`, or join the lines with `&&`.",
    ),
    Code.TEMPLATES_NOT_READ: Explanation(
        "Templates that are not checked",
        "Templates are read with the delimiters and the extensions of Jinja that "
        "`jinja_environment_kwargs` gives the DAG. Here they are not known before Airflow reads "
        "the file: an extension of the project, a `$ref`, delimiters with letters or blanks. "
        "dagctl checks neither these templates nor the commands that they stand in. This is "
        "information; with --strict it is an error.",
        "jinja_environment_kwargs: {extensions: [team.jinja.Tables]}\n" + _bash("echo {{ ds }}"),
        "jinja_environment_kwargs: {extensions: [jinja2.ext.loopcontrols]}\n"
        + _bash("echo {{ ds }}"),
        "Use Jinja's own extensions, or silence it with `# dagctl: ignore DAG464`.",
    ),
    Code.BASH_SYNTAX: Explanation(
        "A command that bash cannot read",
        "A quote, a bracket or a keyword has no end, or stands where bash takes none. Bash runs "
        "the lines before it, then the task fails. With a template in the command it is a "
        "warning: what an expression prints may bring the missing part. A here-document without "
        "an end is a warning too: bash takes all that follows for its text.",
        _bash("if test -s /in/a.csv; then cp /in/a.csv /out/"),
        _bash("if test -s /in/a.csv; then cp /in/a.csv /out/; fi"),
        "Close what the message names.",
    ),
}
