"""A task that runs a shell command."""

import re
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, PrivateAttr

from dagctl.findings.characters import line_of
from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem, Warnings
from dagctl.findings.wording import quoted
from dagctl.patterns import lazy_pattern
from dagctl.spec.fields.early_values import Early, early_value, is_early
from dagctl.spec.fields.markers import marker_of
from dagctl.spec.fields.nested_values import value_problems
from dagctl.spec.recorded import is_recorded
from dagctl.spec.tasks.base import SingleTask
from dagctl.spec.tasks.function import context_problems
from dagctl.spec.tasks.mapping import mapped_names, mapped_path
from dagctl.spec.validation.family import Family
from dagctl.spec.validation.read_by import ReadBy
from dagctl.spec.validation.wrong_type import TEXT, wrong_type

FIELDS = ("bash_command", "env", "append_env", "cwd")
"""What such a task has of its own; the operator takes the same."""
MAX_CWD = 1_000
_MAPPABLE = {"env", "cwd", "append_env"}
_VARIABLE = lazy_pattern(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def check_command(command: str) -> str:
    """Return the command unchanged, or raise a pydantic error for what would fail at run time."""
    if is_recorded():
        return command
    from dagctl.user_code.bash.bash_command import check_bash_command

    return check_bash_command(command)


def _read_folder(value: object) -> str | Early:
    """Return a folder as its text, or as what stands for it; or raise a pydantic error."""
    if is_early(value):
        return early_value(value)
    if not isinstance(value, str):
        raise wrong_type(("cwd",), TEXT, value).error()
    return line_of(MAX_CWD)(value)


class BashTask(SingleTask):
    """Runs `bash_command`, after Airflow has rendered its Jinja."""

    code_field: ClassVar[str] = "bash_command"

    own_keys: ClassVar[tuple[str, ...]] = ("bash_command",)

    task_type: Literal["bash"] = Field(
        default="bash", description="A task that runs a shell command."
    )
    bash_command: Annotated[str, AfterValidator(check_command)] = Field(
        description="The command for bash. Airflow renders Jinja such as `{{ ds }}` in it.",
        examples=["python /scripts/load.py --day {{ ds }}"],
        json_schema_extra={"minLength": 1},
    )
    env: dict[str, Any] = Field(
        default={},
        description="Variables for the command, instead of those of the worker; templates too.",
        examples=[{"DBT_TARGET": "{{ var.value.dbt_target }}"}],
    )
    append_env: bool = Field(
        default=False, description="Whether the command has the worker's variables too."
    )
    cwd: Annotated[str | Early, ReadBy(_read_folder, str | Early)] = Field(
        default="",
        description="The folder in which the command runs. Default: a new, empty one.",
        examples=["/opt/dbt"],
        json_schema_extra={"minLength": 1, "maxLength": MAX_CWD},
    )

    @classmethod
    def further_problems(cls, data: object) -> Iterator[Problem]:
        """Yield what is wrong with the environment, and a context for what is no function."""
        yield from super().further_problems(data)
        if isinstance(data, dict):
            instead = "in the command, use templates such as `{{ ds }}`"
            yield from context_problems(data, "a bash task", instead)
            yield from _env_problems(data.get("env"))
            for name in sorted({*mapped_names(data)} - _MAPPABLE):
                message = f"a bash task cannot be mapped over {quoted(name)}"
                hint = "write `operator: BashOperator`, and `expand: {bash_command: [...]}`"
                path = mapped_path(data, name)
                yield Problem(Code.BAD_MAPPING, message, hint, at_key=True).at(*path)

    @classmethod
    def misplaced(cls, key: str, family: Family) -> Problem | None:
        """Return the problem of a key that belongs elsewhere; a command has no `with`."""
        if key != "with":
            return super().misplaced(key, family)
        hint = (
            "`env`, `append_env` and `cwd` stand beside `bash_command`; for what else BashOperator "
            "takes, write `operator: BashOperator`, and `bash_command` under `with` too"
        )
        return Problem(Code.OTHER_TASK_TYPE, "a command has no `with`", hint)

    _warnings: Warnings = PrivateAttr(default_factory=Warnings)

    def model_post_init(self, context: Any, /) -> None:  # noqa: ANN401 - pydantic's signature
        """Look for what to warn of while the template that was checked is still at hand."""
        super().model_post_init(context)
        if is_recorded():
            return
        from dagctl.user_code.bash.bash_command import bash_warnings

        self._warnings = Warnings.of(bash_warnings(self.bash_command))

    def warnings(self) -> Warnings:
        """Return the warnings about the command."""
        return self._warnings


def _env_problems(env: object) -> Iterator[Problem]:
    for name, value in env.items() if isinstance(env, dict) else ():
        path = ("env", str(name))
        if not isinstance(name, str) or not _VARIABLE.fullmatch(name):
            message = f"{quoted(str(name))} cannot be the name of a variable"
            hint = "use letters, digits and `_`"
            yield Problem(Code.BAD_ARGUMENT, message, hint).at(*path)
        if isinstance(value, str) or (marker_of(value) or "$python_code") != "$python_code":
            yield from value_problems(value, path)
        else:
            yield wrong_type(path, TEXT, value).at(*path)
