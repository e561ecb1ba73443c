"""What the operator of a function takes beside it: the waits of a sensor, packages, a Python."""

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any

from pydantic import ValidationInfo

from dagctl.findings.characters import line_of
from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import quoted
from dagctl.spec.fields.early_values import Early, early_value, is_early
from dagctl.spec.tasks.argument_types import (
    LENGTH,
    Duration,
    Truth,
    read_duration,
    setting,
    text_of,
    typed,
    word_of,
)
from dagctl.spec.validation.checked_model import CheckedModel
from dagctl.spec.validation.read_by import ReadBy, as_list, fields_read_by
from dagctl.spec.validation.wrong_type import MAPPING, TEXT, wrong_type
from dagctl.spec.walk import Path

MAX_LINE = 1_000
MAX_ITEMS = 1_000
_SENSOR = ("sensor",)
_VIRTUAL = ("virtualenv",)
_EXTERNAL = ("external_python",)
APART = ("virtualenv", "external_python")
_RUNS = ("python", "branch", "short_circuit", *APART)


Text = str | Early


def _read_text(value: object, info: ValidationInfo) -> Text:
    """Return a text on one line, or what stands for one; or raise a pydantic error."""
    return _text(value, (info.field_name or "",), ())


def _text(value: object, name: Path, path: Path) -> Text:
    """Return a text, or what stands for it.

    Args:
        value: What is written.
        name: What the message calls it.
        path: Where it stands below the field.
    """
    if is_early(value):
        return early_value(value, *path)
    if not isinstance(value, str):
        raise wrong_type(name, TEXT, value).at(*path).error()
    return line_of(MAX_LINE)(value)


def _read_texts(value: object, info: ValidationInfo) -> Text | tuple[Text, ...]:
    """Return a text, or several as a tuple; or raise a pydantic error."""
    if isinstance(value, str) or is_early(value):
        return _read_text(value, info)
    name = info.field_name or ""
    if not isinstance(value, list | tuple) or len(value) > MAX_ITEMS:
        raise wrong_type((name,), "text, or a list of texts", value).error()
    return tuple(_text(item, (name, place), (place,)) for place, item in enumerate(value))


def _read_list(value: object, info: ValidationInfo) -> Early | tuple[Text, ...]:
    """Return a list of texts as a tuple, or raise a pydantic error."""
    texts = None if isinstance(value, str) else _read_texts(value, info)
    if isinstance(texts, str | None):
        raise wrong_type((info.field_name or "",), "a list of texts", value).error()
    return texts


def _read_codes(value: object, info: ValidationInfo) -> int | tuple[int, ...]:
    """Return an exit code, or several as a tuple; or raise a pydantic error."""
    many = isinstance(value, list | tuple)
    codes = tuple(value) if isinstance(value, list | tuple) else (value,)
    if not codes or any(type(code) is not int or not 0 < code < 256 for code in codes):  # noqa: PLR2004 - of a process
        expected = "an exit code from 1 to 255, or a list of them"
        raise wrong_type((info.field_name or "",), expected, value).error()
    return codes if many else codes[0]


def _read_variables(value: dict[str, Any]) -> dict[str, Text]:
    for name, text in value.items():
        if not name or "=" in name:
            message = f"{quoted(name)} cannot be the name of a variable"
            problem = Problem(Code.BAD_ARGUMENT, message, "use letters, digits and `_`")
            raise problem.at(name).error()
        if is_early(text):
            early_value(text, name)
        elif not isinstance(text, str) or "\0" in text:
            raise wrong_type((name,), TEXT, text).at(name).error()
    return dict(value)


Texts = Annotated[
    Text | tuple[Text, ...] | None,
    ReadBy(_read_texts, Text | list[Text], with_info=True, write=as_list),
]
TextList = Annotated[
    Early | tuple[Text, ...] | None,
    ReadBy(_read_list, list[Text] | Early, with_info=True, write=as_list),
]
Line = Annotated[Text | None, ReadBy(_read_text, Text, with_info=True)]
Codes = Annotated[
    int | tuple[int, ...] | None,
    ReadBy(_read_codes, int | list[int], with_info=True, write=as_list),
]
Variables = Annotated[
    dict[str, Text] | None,
    ReadBy(typed(MAPPING, dict, _read_variables), dict[str, Text], with_info=True),
]


def _word(*words: str) -> Any:  # noqa: ANN401 - an annotation
    return text_of(word_of(words))


class FunctionSettings(CheckedModel):
    """What the operator of a function takes beside it; each belongs to some task types only."""

    mode: Annotated[str | None, _word("poke", "reschedule")] = setting(
        "Of a sensor: whether it keeps its slot between two checks (`poke`) or gives it back.",
        "reschedule",
        enum=["poke", "reschedule"],
    )
    poke_interval: Duration = setting("Of a sensor: the time between two checks.", "5m", **LENGTH)
    timeout: Duration = setting("Of a sensor: after this time it fails.", "2h", **LENGTH)
    soft_fail: Truth = setting("Of a sensor: whether it is skipped where it would fail.", True)
    never_fail: Truth = setting(
        "Of a sensor: whether it is skipped after any error (Airflow 2.10 and later).", True
    )
    silent_fail: Truth = setting("Of a sensor: whether it goes on waiting after an error.", True)
    exponential_backoff: Truth = setting(
        "Of a sensor: whether the time between two checks grows with each.", True
    )
    max_wait: Duration = setting(
        "Of a sensor: the longest time between two checks.", "1h", **LENGTH
    )
    ignore_downstream_trigger_rules: Truth = setting(
        "Of a short circuit: whether all tasks behind it are skipped, no matter what their trigger "
        "rules. Airflow's default: true.",
        False,
    )
    requirements: Texts = setting(
        "Of a virtualenv: the packages to install, or the path of a requirements file.",
        ["pandas==2.3.3"],
    )
    python_version: Line = setting("Of a virtualenv: the version of Python.", "3.12")
    system_site_packages: Truth = setting(
        "Of a virtualenv: whether it sees the packages of Airflow. Airflow's default: true.", False
    )
    pip_install_options: TextList = setting("Of a virtualenv: options for pip.", ["--no-deps"])
    index_urls: Texts = setting(
        "Of a virtualenv: the package indexes to install from.", ["https://pypi.example.com/simple"]
    )
    index_urls_from_connection_ids: Texts = setting(
        "Of a virtualenv: connections that name package indexes (Airflow 3 and later).",
        ["private_index"],
    )
    venv_cache_path: Line = setting(
        "Of a virtualenv: the folder on the worker where environments are kept.", "/opt/venvs"
    )
    python: Line = setting(
        "Of an external Python: the path of its program on the worker; or `$ref`, `$new`.",
        "/opt/dbt/bin/python",
    )
    expect_pendulum: Truth = setting(
        "Of an external Python: whether it has the package pendulum.", False
    )
    expect_airflow: Truth = setting(
        "Of a virtualenv or an external Python: whether Airflow is installed there.", False
    )
    serializer: Annotated[str | None, _word("pickle", "cloudpickle", "dill")] = setting(
        "Of a virtualenv or an external Python: how arguments and result get there and back.",
        "cloudpickle",
        enum=["pickle", "cloudpickle", "dill"],
    )
    string_args: TextList = setting(
        "Of a virtualenv or an external Python: texts for the global `virtualenv_string_args`.",
        ["verbose"],
    )
    skip_on_exit_code: Codes = setting(
        "Of a virtualenv or an external Python: the exit codes that skip the task.", 99
    )
    env_vars: Variables = setting(
        "Of a virtualenv or an external Python: variables of its environment.", {"STAGE": "prod"}
    )
    inherit_env: Truth = setting(
        "Of a virtualenv or an external Python: whether it has the worker's variables too.", False
    )
    templates_exts: TextList = setting(
        "Ends of file names: an argument with one of them is read from the file, and rendered.",
        [".sql"],
    )
    show_return_value_in_logs: Truth = setting("Whether the log shows the result.", False)


LENGTHS = fields_read_by(FunctionSettings, read_duration)
"""The settings that are lengths of time: those of sensors."""
FUNCTION_CLASSES = {
    "python": "PythonOperator",
    "branch": "BranchPythonOperator",
    "short_circuit": "ShortCircuitOperator",
    "sensor": "PythonSensor",
    "virtualenv": "PythonVirtualenvOperator",
    "external_python": "ExternalPythonOperator",
}
"""The operator that each task type becomes."""
TAKEN_BY: Mapping[str, Collection[str]] = {
    **dict.fromkeys(("mode", "poke_interval", "timeout", "soft_fail", "never_fail"), _SENSOR),
    **dict.fromkeys(("silent_fail", "exponential_backoff", "max_wait"), _SENSOR),
    "ignore_downstream_trigger_rules": ("short_circuit",),
    **dict.fromkeys(("requirements", "python_version", "system_site_packages"), _VIRTUAL),
    **dict.fromkeys(("pip_install_options", "index_urls", "venv_cache_path"), _VIRTUAL),
    "index_urls_from_connection_ids": _VIRTUAL,
    **dict.fromkeys(("python", "expect_pendulum"), _EXTERNAL),
    **dict.fromkeys(("expect_airflow", "serializer", "string_args", "skip_on_exit_code"), APART),
    **dict.fromkeys(("env_vars", "inherit_env"), APART),
    **dict.fromkeys(("templates_exts", "show_return_value_in_logs"), _RUNS),
}
"""The values of `task_type` that take each setting; a test holds it to the catalogue."""


def setting_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the settings that a raw task gives and its type does not take, and what is missing."""
    word = data.get("task_type", "python")
    for key in TAKEN_BY.keys() & data.keys():
        if isinstance(word, str) and word not in TAKEN_BY[key]:
            owners = " or ".join(f"`{owner}`" for owner in TAKEN_BY[key])
            message = f"{quoted(key)} belongs to a task of type {owners}"
            hint = f"write `task_type: {next(iter(TAKEN_BY[key]))}`, or remove the key"
            if key == "timeout":
                hint = "write `execution_timeout`"
            yield Problem(Code.OTHER_TASK_TYPE, message, hint).at(key)
    if word == "external_python" and "python" not in data:
        hint = "write the path of its program on the worker: `python: /opt/dbt/bin/python`"
        yield Problem(Code.MISSING_KEY, "`python` is missing", hint).at("python")
