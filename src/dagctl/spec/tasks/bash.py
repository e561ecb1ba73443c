"""A task that runs a shell command."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, PrivateAttr

from dagctl.spec.bash_advice import bash_warnings
from dagctl.spec.bash_command import check_bash_command
from dagctl.spec.codes import Code
from dagctl.spec.problem import Located, Problem, Warnings
from dagctl.spec.tasks.base import TaskBase


class BashTask(TaskBase):
    """Runs `bash_command`, after Airflow has rendered its Jinja."""

    code_field: ClassVar[str] = "bash_command"

    task_type: Literal["bash"] = Field(description="A task that runs a shell command.")
    bash_command: Annotated[str, AfterValidator(check_bash_command)] = Field(
        description="The command for bash. Airflow renders Jinja such as `{{ ds }}` in it.",
        examples=["python /scripts/load.py --day {{ ds }}"],
        json_schema_extra={"minLength": 1},
    )

    @classmethod
    def further_problems(cls, data: object) -> Iterator[Located]:
        """Yield a problem if the command is to get a context, which only a function can take."""
        if isinstance(data, dict) and data.get("provide_context") is True:
            message = "a bash task has no function to receive the context"
            hint = "remove `provide_context`; in the command, use templates such as `{{ ds }}`"
            yield Located(("provide_context",), Problem(Code.CONTEXT_OF_COMMAND, message, hint))

    _warnings: Warnings = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:  # noqa: ANN401 - pydantic's signature
        """Look for what to warn of while the template that was checked is still at hand."""
        super().model_post_init(context)
        self._warnings = Warnings.of(bash_warnings(self.bash_command))

    def warnings(self) -> Warnings:
        """Return the warnings about the command."""
        return self._warnings
