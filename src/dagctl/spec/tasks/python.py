"""A task that calls a Python function."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, PrivateAttr, ValidationInfo

from dagctl.spec.fields.text import MAX_TEXT, length_problems
from dagctl.spec.problem import Warnings, refuse
from dagctl.spec.python_code import PythonCode, PythonCodeError, parse_python_code
from dagctl.spec.tasks.base import TaskBase


def check_python_code(code: str, info: ValidationInfo) -> str:
    """Return the code unchanged, or raise a pydantic error for all that is wrong with it."""
    refuse(length_problems(code, MAX_TEXT))
    try:
        parse_python_code(code, provide_context=info.data.get("provide_context", False))
    except PythonCodeError as error:
        refuse(error.problems)
    return code


class PythonTask(TaskBase):
    """Runs `python_code`: a function body with `return`, or exactly one `def`."""

    code_field: ClassVar[str] = "python_code"

    task_type: Literal["python"] = Field(description="A task that runs Python code.")
    python_code: Annotated[str, AfterValidator(check_python_code)] = Field(
        description="A function body with `return`, or exactly one `def`.",
        examples=["return 42", "def extract(**context):\n    return context['ds']"],
        json_schema_extra={"minLength": 1, "maxLength": MAX_TEXT},
    )
    _code: PythonCode = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:  # noqa: ANN401 - pydantic's signature
        """Keep what the check of the code found out; it is remembered, so nothing is read twice."""
        super().model_post_init(context)
        self._code = parse_python_code(self.python_code, provide_context=self.provide_context)

    @property
    def code(self) -> PythonCode:
        """The checked code, ready to be placed in a function."""
        return self._code

    def warnings(self) -> Warnings:
        """Return the warnings about the code."""
        return self.code.warnings
